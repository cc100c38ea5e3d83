import { expect, it } from "vitest";
import { pasted, ValidationError } from "./segment.js";
import { plan, settings } from "./support.ts";

const file = pasted();

it("FUN-5: settings are read as the command writes them", () => {
  const { plan: found, secret } = file.readSettings(settings());
  expect(JSON.stringify(found)).toBe(JSON.stringify(plan()));
  expect(secret).toBe("a-secret");
});

it.each([
  ["plan", { plan: "" }], ["plan", { plan: "{" }], ["plan", { plan: "null" }], ["plan", { plan: JSON.stringify({ ...plan(), format: "another" }) }], ["plan", { plan: undefined }],
  ["plan", { plan: JSON.stringify(plan({ provider: { ...plan().provider, api: "http://x/../" } })) }], ["plan", { plan: JSON.stringify(plan({ turn: 0 })) }], ["plan", { plan: JSON.stringify({ ...plan(), listens: [null] }) }],
  ["tokenKey", { tokenKey: "a word" }], ["tokenKey", { tokenKey: undefined }], ["providerSecret", { providerSecret: "" }],
])("FUN-5: a wrong %s is named and not shown: %j", (name, changed) => {
  const read = () => file.readSettings({ ...settings(), ...changed });
  expect(read).toThrow(ValidationError);
  expect(read).toThrow(new RegExp(`^The setting ${name} is not as`));
});
