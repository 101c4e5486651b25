// The lab: what an engineer looks at.
import type { ComponentChildren } from "preact";
import { lab } from "../api/shop";
import type { Lab, LabTable } from "../api/shapes";
import { useAnswer } from "../state/answers";
import { TroublePanel } from "../parts/notice";
import { itemPath } from "../parts/tile";
import { useTitle } from "../parts/title";
import { upperFirst } from "../parts/words";
import { Plot } from "./chart";
import { barsConfig, courseConfig } from "./plots";
import { FigureTable, figureText } from "./table";
import { UserSteps } from "./user";
import "./lab.css";

const MODEL_FIGURES = ["MAP@12", "NDCG@12", "Recall@12", "HitRate@12", "MRR@12", "Coverage@12"];
const PLACES = [
  ["releases", "Releases"],
  ["models", "Models"],
  ["sources", "Candidates"],
  ["features", "Features"],
  ["one-user", "One user"],
  ["search", "Search"],
  ["catalogue", "Catalogue"],
] as const;

export function LabPage() {
  useTitle("Lab");
  const { data, trouble, again } = useAnswer("lab", lab);
  return (
    <div class="lab">
      <div class="title-row">
        <div>
          <h1>The lab</h1>
          <p class="lead">What the models reach, where candidates come from, what is amiss.</p>
        </div>
      </div>
      <nav class="chips" aria-label="Parts of the lab">
        {PLACES.map(([id, label]) => (
          <a class="chip" href={`#${id}`} key={id}>
            {label}
          </a>
        ))}
      </nav>
      {trouble && <TroublePanel trouble={trouble} again={again} />}
      {data ? <Parts data={data} /> : !trouble && <p role="status">Looking …</p>}
    </div>
  );
}

function Parts({ data }: { data: Lab }) {
  return (
    <>
      <Releases data={data} />
      <Figures
        id="models"
        table={data.models}
        figures={["MAP@12"]}
        columns={MODEL_FIGURES}
        missing={
          <>
            No evaluation yet: <code>modiste evaluate</code> predicts past weeks beside baselines.
          </>
        }
      />
      <Figures
        id="sources"
        table={data.sources}
        figures={["recall", "unique_recall"]}
        missing={
          <>
            The ledger of candidates comes with an evaluation: <code>modiste evaluate</code>.
          </>
        }
      />
      <Figures
        id="features"
        table={data.importance}
        figures={["share"]}
        missing={
          <>
            No ranker yet: <code>modiste train</code> fits one.
          </>
        }
      />
      <UserSteps />
      <section id="search" class="panel">
        <h2>Search</h2>
        {!data.search.length && (
          <p>
            Not measured yet: <code>modiste evaluate-search</code> asks for items whose right
            answers are known.
          </p>
        )}
        {data.search.map((table) => (
          <div key={table.title}>
            <p class="aside">
              {table.title}: {table.about}
            </p>
            <FigureTable table={table} />
          </div>
        ))}
      </section>
      <Faults data={data} />
    </>
  );
}

function Releases({ data }: { data: Lab }) {
  return (
    <section id="releases" class="panel">
      <h2>Releases and their figures over time</h2>
      {data.courses.map((course) => (
        <div key={course.title}>
          <h3>{course.title}</h3>
          <Plot
            label={`${course.title} over ${course.times.length} points in time, as in the tables`}
            height={18}
            config={courseConfig(course)}
          />
        </div>
      ))}
      {data.releases.length > 0 ? (
        <ReleaseTable data={data} />
      ) : (
        <p>
          No release yet: <code>modiste train</code> makes one.
        </p>
      )}
    </section>
  );
}

function ReleaseTable({ data }: { data: Lab }) {
  return (
    <div class="scroll" role="region" aria-label="Releases, table" tabIndex={0}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Release</th>
            <th scope="col">Knows until</th>
            <th scope="col">Pool recall</th>
            <th scope="col">Features</th>
            <th scope="col">Rows</th>
            <th scope="col">Data</th>
          </tr>
        </thead>
        <tbody>
          {data.releases.map((one) => (
            <tr key={one.name}>
              <th scope="row">
                {one.name} {one.current && <span class="badge">current</span>}
              </th>
              <td>{one.as_of}</td>
              <td class="number">{figureText(one.figures.pool_recall)}</td>
              <td class="number">{figureText(one.figures.n_features)}</td>
              <td class="number">{figureText(one.figures.n_rows)}</td>
              <td>{one.dataset}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FiguresProps {
  id: string;
  table: LabTable | null;
  figures: readonly string[];
  columns?: readonly string[];
  missing: ComponentChildren;
}

function Figures({ id, table, figures, columns, missing }: FiguresProps) {
  if (!table) {
    return (
      <section id={id} class="panel">
        <h2>{PLACES.find(([place]) => place === id)?.[1]}</h2>
        <p>{missing}</p>
      </section>
    );
  }
  return (
    <section id={id} class="panel">
      <h2>{table.title}</h2>
      <p class="aside">{upperFirst(table.about)}.</p>
      <Plot
        label={`${table.title} as bars: ${figures.join(", ").replaceAll("_", " ")}, as in the table`}
        height={5 + table.rows.length * (figures.length > 1 ? 2.1 : 1.9)}
        config={barsConfig(table, figures)}
      />
      <details>
        <summary>All figures</summary>
        <FigureTable table={table} {...(columns ? { figures: columns } : {})} />
      </details>
    </section>
  );
}

function Faults({ data }: { data: Lab }) {
  return (
    <section id="catalogue" class="panel">
      <h2>Faults of the catalogue</h2>
      {!data.faults.length && <p>None: every item has a name, a picture, a price and its facts.</p>}
      {data.faults.length > 0 && (
        <div class="scroll" role="region" aria-label="Faults, table" tabIndex={0}>
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">Items</th>
                <th scope="col">How many</th>
                <th scope="col">Share</th>
                <th scope="col">Such as</th>
              </tr>
            </thead>
            <tbody>
              {data.faults.map((fault) => (
                <tr key={fault.what}>
                  <th scope="row">{fault.what}</th>
                  <td class="number">{fault.n.toLocaleString("en")}</td>
                  <td class="number">{(fault.share * 100).toFixed(1)} %</td>
                  <td class="examples">
                    {fault.examples.slice(0, 3).map((id) => (
                      <a href={itemPath(id)} key={id}>
                        {id}
                      </a>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
