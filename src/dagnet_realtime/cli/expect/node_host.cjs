// Runs the evaluator in a Node process: one JSON list a line in, [function, argument…], one JSON answer a line out.
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { runInThisContext } = require("node:vm");

runInThisContext(readFileSync(process.argv[2], "utf8"), { filename: process.argv[2] });
createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, ...values] = JSON.parse(line);
  let answer;
  try {
    answer = globalThis.dagnetExpect(name, JSON.stringify(values));
  } catch (error) {
    answer = JSON.stringify({ problem: true, code: "invalid", title: "The evaluator failed", detail: String(error) });
  }
  process.stdout.write(`${answer}\n`);
});
