// The lab: what an engineer looks at.
import { useTitle } from "../parts/title";

export function LabPage() {
  useTitle("Lab");
  return <h1>The lab</h1>;
}
