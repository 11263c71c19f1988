//! Server-sent events, as far as the node sends them.

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerEvent {
    pub(crate) name: String,
    /// Where a later request goes on.
    pub(crate) id: Option<String>,
    pub(crate) data: String,
}

/// Puts events together from pieces that break off anywhere.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    rest: Vec<u8>,
    event: ServerEvent,
}

impl EventReader {
    /// Takes a piece in, and gives the events that are whole now.
    pub(crate) fn read(&mut self, piece: &[u8]) -> Vec<ServerEvent> {
        self.rest.extend_from_slice(piece);
        let mut events = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            events.extend(self.line(line.trim_end_matches(['\r', '\n'])));
        }
        events
    }

    fn line(&mut self, line: &str) -> Option<ServerEvent> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return (!event.name.is_empty() || !event.data.is_empty()).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "id" => self.event.id = Some(value.to_owned()),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // A comment keeps the connection alive.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_wherever_the_pieces_break() {
        let text = ": alive\n\nevent: log\nid: 7\ndata: {\"text\":\"schl\u{fc}ssel\"}\n\nevent: end\ndata: {}\n\n";
        let mut whole = EventReader::default();
        let events = whole.read(text.as_bytes());
        assert_eq!(
            events,
            [
                ServerEvent {
                    name: "log".to_owned(),
                    id: Some("7".to_owned()),
                    data: "{\"text\":\"schl\u{fc}ssel\"}".to_owned(),
                },
                ServerEvent {
                    name: "end".to_owned(),
                    id: None,
                    data: "{}".to_owned(),
                },
            ]
        );
        let mut byte_by_byte = EventReader::default();
        let pieces = text.as_bytes().chunks(1);
        let again: Vec<_> = pieces.flat_map(|piece| byte_by_byte.read(piece)).collect();
        assert_eq!(again, events);
    }
}
