// The page: what to search, the batches, the results, and one of them with its plot.
import { JobQueueButton } from "@paceline/react";
import { Batches } from "./Batches";
import { Chosen } from "./Chosen";
import { Launch } from "./Launch";
import { Results } from "./Results";
import { titleOf } from "./result";
import { Status } from "./Status";
import { useChosen } from "./useChosen";

export function App() {
  const [chosen, choose] = useChosen();
  return (
    <>
      <header className="top">
        <h1>Forecasts</h1>
        <Status />
      </header>
      <main>
        <div className="side">
          <Launch onEnd={(job) => choose(job.id)} />
          <Batches />
        </div>
        <div className="wide">
          {chosen && <Chosen id={chosen} />}
          <Results chosen={chosen} onChoose={choose} />
        </div>
      </main>
      <JobQueueButton
        filter={{ task: "optimise" }}
        title="Searches"
        nameOf={titleOf}
        onOpen={(job) => choose(job.id)}
      />
    </>
  );
}
