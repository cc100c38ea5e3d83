import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mintViewerToken, type ViewerTokenOptions } from "../src/viewerToken.ts";

interface Vectors {
  readonly keys: readonly string[];
  readonly minted: readonly { readonly given: Omit<ViewerTokenOptions, "key">; readonly token: string }[];
  readonly not_minted: readonly { readonly why: string; readonly given: ViewerTokenOptions }[];
}

describe("viewer tokens", () => {
  const vectors = JSON.parse(readFileSync(new URL("../../../conformance/viewer_tokens.json", import.meta.url), "utf8")) as Vectors;
  const key = vectors.keys[0] ?? "";

  it.each(vectors.minted)("ACC-65: a token is minted byte by byte, as its twin in Python mints it: $given.viewer", async ({ given, token }) => {
    expect(await mintViewerToken({ key, ...given })).toBe(token);
  });

  it.each(vectors.not_minted)("ACC-65: what the server would refuse is not minted: $why", async ({ given }) => {
    await expect(mintViewerToken(given)).rejects.toThrow(/is (not|no|none|shorter)/);
  });

  it("ACC-65: without a time it begins now", async () => {
    const before = Math.floor(Date.now() / 1000);
    const [, payload = ""] = (await mintViewerToken({ key, workspace: "a", env: "b", viewer: "c" })).split(".");
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as { iat: number; exp: number };
    expect(claims.iat).toBeGreaterThanOrEqual(before);
    expect(claims.exp - claims.iat).toBe(300);
  });
});
