import { describe, expect, it } from "vitest";
import { assembler, MOST_OPEN } from "../../../src/lanes/provider/pieces.ts";

describe("pieces of a long message", () => {
  it("REL-3: join in whatever order they come, beside others", () => {
    const whole = assembler();
    expect(whole("aa 1 3  b")).toBeNull();
    expect(whole("bb 0 1 alone")).toBe("alone");
    expect(whole("aa 0 3 a")).toBeNull();
    expect(whole("aa 1 3  b")).toBeNull();
    expect(whole("aa 2 3 c\n")).toBe("a bc\n");
    expect(whole("aa 2 3 c\n")).toBeNull();
  });

  it("REL-3: what is no piece is passed over", () => {
    const whole = assembler();
    for (const text of ["", "{}", "aa 3 3 x", "aa 0 0 x", "aa 0 9999 x", "aa -1 3 x", "aa 0 3", `${"a".repeat(99)} 0 1 x`]) expect(whole(text)).toBeNull();
    expect(whole("aa 0 2 x")).toBeNull();
    expect(whole("aa 1 3 y")).toBeNull();
  });

  it("REL-3: a message that lost a piece is forgotten in time", () => {
    const whole = assembler();
    whole("lost 0 2 a");
    for (let number = 0; number < MOST_OPEN; number += 1) whole(`m${number} 0 2 a`);
    expect(whole("lost 1 2 b")).toBeNull();
    expect(whole(`m${MOST_OPEN - 1} 1 2 b`)).toBe("ab");
  });
});
