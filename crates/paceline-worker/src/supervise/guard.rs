//! The supervisor's own process: starts the command, watches it and the lifeline.
//!
//! One thread, no allocation-heavy work, no signal handlers: a loop over two descriptors. It ends
//! as its command ended (the same exit code, or the same signal), so the node sees the truth.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, Signal, killpg, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::WaitStatus;
use nix::unistd::{self, Pid};

use super::args::Invocation;
use super::descendants::{self, Reaped};

/// The kernel, when it runs out of memory, takes workers before nodes (-1000 to 1000).
const OOM_SCORE: &str = "500";
/// As shells say: the command could not be started.
const CANNOT_START: u8 = 127;

/// Runs `--lifeline N [--data-limit BYTES] -- command…` and ends as the command ends.
///
/// Must be called before the process has a second thread. On the lifeline a byte `T` asks the
/// command's process group to terminate; `K`, or the pipe's end, kills everything below at once.
pub fn supervise_main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let started = Invocation::parse(args)
        .map_err(io::Error::other)
        .and_then(|invocation| Guard::start(&invocation));
    match started.and_then(Guard::watch) {
        Ok(End::Code(code)) => ExitCode::from(code),
        Ok(End::Signal(signal)) => die_of(signal),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(CANNOT_START)
        }
    }
}

/// How the command ended.
#[derive(Clone, Copy, Debug)]
enum End {
    Code(u8),
    Signal(Signal),
}

#[derive(Debug)]
struct Guard {
    lifeline: File,
    children_ended: SignalFd,
    command: Pid,
}

impl Guard {
    fn start(invocation: &Invocation) -> io::Result<Self> {
        let lifeline = claim(invocation.lifeline)?;
        prctl::set_child_subreaper(true)?;
        limit(invocation.data_limit)?;
        let children_ended = block_signals()?;
        let command = spawn(&invocation.command)?;
        let _ = std::fs::write(format!("/proc/{command}/oom_score_adj"), OOM_SCORE);
        let_go_of_pipes()?;
        Ok(Guard {
            lifeline,
            children_ended,
            command,
        })
    }

    /// Returns when nothing is left below this process.
    fn watch(mut self) -> io::Result<End> {
        let mut end = None;
        while end.is_none() {
            let (word, child) = self.wait(PollTimeout::NONE)?;
            if word {
                match self.read_lifeline() {
                    Some(b'T') => {
                        let _ = killpg(self.command, Signal::SIGTERM);
                    }
                    // `K`, or the node is gone.
                    Some(_) | None => break,
                }
            }
            if child {
                self.reap(&mut end);
            }
        }
        let _ = killpg(self.command, Signal::SIGKILL);
        descendants::kill_all(
            |status| note_end(&mut end, self.command, status),
            || {
                let _ = self.wait(PollTimeout::from(20u8));
            },
        );
        Ok(end.unwrap_or(End::Signal(Signal::SIGKILL)))
    }

    /// Whether the lifeline has something to say, and whether a child has ended.
    fn wait(&self, timeout: PollTimeout) -> io::Result<(bool, bool)> {
        let mut fds = [
            PollFd::new(self.lifeline.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.children_ended.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut fds, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let child = fds[1].any().unwrap_or(false);
        let word = fds[0].any().unwrap_or(false);
        if child {
            while matches!(self.children_ended.read_signal(), Ok(Some(_))) {}
        }
        Ok((word, child))
    }

    fn read_lifeline(&mut self) -> Option<u8> {
        let mut word = [0];
        match self.lifeline.read(&mut word) {
            Ok(1) => Some(word[0]),
            Ok(_) | Err(_) => None,
        }
    }

    fn reap(&self, end: &mut Option<End>) {
        let reaped = descendants::reap(&mut |status| note_end(end, self.command, status));
        if reaped == Reaped::NoChildren && end.is_none() {
            *end = Some(End::Signal(Signal::SIGKILL));
        }
    }
}

/// Keeps how the command itself ended; others that ended are merely gone.
fn note_end(end: &mut Option<End>, command: Pid, status: WaitStatus) {
    match status {
        WaitStatus::Exited(pid, code) if pid == command => {
            *end = Some(End::Code(u8::try_from(code & 0xff).unwrap_or(u8::MAX)));
        }
        WaitStatus::Signaled(pid, signal, _) if pid == command => *end = Some(End::Signal(signal)),
        _ => {}
    }
}

/// Takes over the lifeline and closes all else that was inherited but the three standard pipes,
/// so that the command inherits nothing more.
fn claim(fd: RawFd) -> io::Result<File> {
    let file = File::open(format!("/proc/self/fd/{fd}"))
        .map_err(|error| io::Error::other(format!("the lifeline is not there: {error}")))?;
    for open in open_descriptors()? {
        if open > 2 && open != file.as_raw_fd() {
            // The one that listed them is closed already.
            let _ = unistd::close(open);
        }
    }
    Ok(file)
}

fn open_descriptors() -> io::Result<Vec<RawFd>> {
    let entries = std::fs::read_dir("/proc/self/fd")?;
    let numbers = entries.flatten().map(|entry| entry.file_name());
    Ok(numbers
        .filter_map(|number| number.to_str()?.parse().ok())
        .collect())
}

/// No core dumps; optionally a bound on memory. The command inherits both.
fn limit(data: Option<u64>) -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    if let Some(bytes) = data {
        setrlimit(Resource::RLIMIT_DATA, bytes, bytes)?;
    }
    Ok(())
}

/// Blocks every signal, for good: only the lifeline and the command's end end a supervisor. A
/// terminal's Ctrl-C is for the node, which then ends its workers in order.
fn block_signals() -> io::Result<SignalFd> {
    SigSet::all().thread_block()?;
    let mut ended = SigSet::empty();
    ended.add(Signal::SIGCHLD);
    let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
    Ok(SignalFd::with_flags(&ended, flags)?)
}

fn spawn(line: &[OsString]) -> io::Result<Pid> {
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).process_group(0);
    let parent = Pid::this();
    let prepare = move || {
        prctl::set_pdeathsig(Signal::SIGKILL)?;
        SigSet::empty().thread_set_mask()?;
        if unistd::getppid() == parent {
            Ok(())
        } else {
            // The supervisor died before the death signal was armed.
            Err(io::ErrorKind::BrokenPipe.into())
        }
    };
    #[expect(
        unsafe_code,
        reason = "runs between fork and exec in a process of one thread, and only makes system calls"
    )]
    unsafe {
        command.pre_exec(prepare);
    }
    let name = line[0].to_string_lossy();
    let child = command
        .spawn()
        .map_err(|error| io::Error::other(format!("cannot start `{name}`: {error}")))?;
    Ok(Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX)))
}

/// With these open here, the node would not see the command close them.
fn let_go_of_pipes() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    unistd::dup2_stdin(&null)?;
    unistd::dup2_stdout(&null)?;
    unistd::dup2_stderr(&null)?;
    Ok(())
}

/// Ends this process by the signal that ended the command.
fn die_of(signal: Signal) -> ExitCode {
    let mut only = SigSet::empty();
    only.add(signal);
    let _ = only.thread_unblock();
    // Rust's own handler of SIGSEGV and SIGBUS takes the first one and steps aside.
    for _ in 0..2 {
        let _ = raise(signal);
    }
    // A signal that this process ignores (SIGPIPE): as a shell would say it.
    ExitCode::from(128u8.saturating_add(u8::try_from(signal as i32).unwrap_or(0)))
}
