/** What an export of the mapped names changes in the author's files, before it is saved. */
import { bindPatches, type Patch, patchText, type PatchWay } from "@dagnet-realtime/engine/select/patches";
import { Download } from "lucide-react";
import { useState } from "react";
import { download } from "../download.ts";
import { useEngine, useSession } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { Sheet } from "../kit/Sheet.tsx";
import "../styles/ways.css";
import "../styles/unmapped.css";

export function PatchSheet({ onClose }: { readonly onClose: () => void }) {
  const graph = useSession((shell) => shell.graph?.name ?? "graph");
  const [chosen, setChosen] = useState<ReadonlyMap<string, PatchWay>>(new Map());
  const patches = useEngine("rows", (state) => bindPatches(state, chosen));
  const replaced = patches.filter(({ replaces }) => replaces !== "");
  return (
    <Sheet title="What the patch changes" wide onClose={onClose}>
      <p>DagNet’s files are not touched here: the patch is for the author of the event definitions.</p>
      {patches.map((patch) => (
        <PatchPart key={patch.name} patch={patch} onChoose={(way) => { setChosen(new Map([...chosen, [patch.name, way]])); }} />
      ))}
      <Button
        voice="strong"
        icon={<Download size={15} />}
        disabled={patches.length === 0}
        onClick={() => {
          download(`${graph}-mapping.yaml`, patchText(patches), "application/yaml");
          onClose();
        }}
      >
        {replaced.length > 0 ? `Save, replacing ${replaced.map(({ replaces }) => replaces).join(", ")}` : "Save the patch (YAML)"}
      </Button>
    </Sheet>
  );
}

const WORDS: Readonly<Record<PatchWay, string>> = { own: "a definition of its own", replace: "in the node’s definition" };

function PatchPart({ patch, onChoose }: { readonly patch: Patch; readonly onChoose: (way: PatchWay) => void }) {
  const { name, label, file, fresh, way, ways, replaces, remains, diff } = patch;
  return (
    <section className="patch" aria-label={`Patch for ${name}`}>
      <h3>
        <code>{name}</code> → {label}
      </h3>
      {ways.length > 1 && (
        <div className="patch-ways" role="radiogroup" aria-label="Where the name goes">
          {ways.map((one) => (
            <label key={one}>
              <input type="radio" name={`way ${name}`} checked={one === way} onChange={() => { onChoose(one); }} /> {WORDS[one]}
            </label>
          ))}
        </div>
      )}
      {replaces !== "" && (
        <p className="near" role="note">
          <strong>Replaces {replaces}.</strong> {remains}
        </p>
      )}
      <p className="quiet">
        {file}
        {fresh ? ", a new file" : ""}
      </p>
      <pre className="diff">
        {diff.map(({ sign, text }) => (
          <span key={`${sign} ${text}`} className={sign === "+" ? "diff-add" : sign === "-" ? "diff-cut" : undefined}>
            {`${sign} ${text}\n`}
          </span>
        ))}
      </pre>
      {replaces === "" && remains !== "" && <p className="quiet">{remains}</p>}
    </section>
  );
}
