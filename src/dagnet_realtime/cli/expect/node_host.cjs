// Runs the evaluator in a Node process: a line in is a function, a tab and its arguments as a JSON list;
// a line out is its answer as JSON. Lines end with \n alone: `readline` would end them within a name too.
const { readFileSync } = require("node:fs");
const { runInThisContext } = require("node:vm");

runInThisContext(readFileSync(process.argv[2], "utf8"), { filename: process.argv[2] });

function answerOf(line) {
  const tab = line.indexOf("\t");
  try {
    return globalThis.dagnetExpect(line.slice(0, tab), line.slice(tab + 1));
  } catch (error) {
    return JSON.stringify({ problem: true, code: "invalid", title: "The evaluator failed", detail: String(error) });
  }
}

let parts = [];
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = text.split("\n");
  parts.push(lines[0]);
  for (const next of lines.slice(1)) {
    process.stdout.write(`${answerOf(parts.join(""))}\n`);
    parts = [next];
  }
});
