import { describe, expect, it } from "vitest";
import { facesOf, iconOf, tagWidth } from "../../src/picture/cardFace.ts";
import { fullJourney, journey } from "../bench/sample.ts";

describe("face", () => {
  describe("card faces", () => {
    it("PIC-6: a node that can never light says why", () => {
      const faces = facesOf(journey());
      expect(faces.get("abandoned")).toMatchObject({ dark: "No event is bound to this node", event: "" });
      expect(faces.get("landing")).toMatchObject({ dark: "", event: "page_view", title: "Landing page" });
    });

    it("names the end of a journey and the arms of a case", () => {
      const faces = facesOf(fullJourney());
      expect(faces.get("purchase")?.tag).toEqual({ text: "GOAL", says: "Ends here: success", tone: "goal" });
      expect(faces.get("abandoned")?.tag?.text).toBe("LOST");
      expect(faces.get("basket")).toMatchObject({ icon: "split", tag: { text: "classic 50% · quick 50%", tone: "variants" } });
    });

    it("shortens what does not fit, and falls back to ids", () => {
      const graph = journey();
      const nodes = graph.nodes.map((node) => ({ ...node, label: "", id: "", absorbing: true, outcome: node.uuid === "landing" ? "error" : node.uuid === "email" ? "other" : "" }));
      const faces = facesOf({ ...graph, nodes });
      expect(faces.get("landing")).toMatchObject({ title: "landing", tag: { text: "ERROR" } });
      expect(faces.get("email")?.tag).toMatchObject({ text: "END", says: "Ends here: other" });
      expect(faces.get("list")?.tag?.says).toBe("Ends here");
      const arms = graph.nodes.map((node) => ({ ...node, absorbing: false, variants: ["first arm", "second arm", "third"].map((name) => ({ name, weight: 1 / 3 })) }));
      expect(facesOf({ ...graph, nodes: arms }).get("landing")?.tag?.text).toBe("3 variants");
    });

    it("PIC-28: nodes on one event name say the part of their filters that tells them apart", () => {
      const graph = journey();
      const filter = (property: string, value: string, operator = "is") => ({ property, operator, values: [value], property_type: "event" }) as const;
      const filters: Record<string, readonly ReturnType<typeof filter>[]> = {
        landing: [filter("checkpoint", "Offered")], list: [filter("checkpoint", "Offered"), filter("category", "Energy", "is not")], search: [filter("checkpoint", "Registered")], email: [],
      };
      const listens = graph.listens.map((listen) => (listen.node in filters ? { ...listen, names: ["Checkpoint"], filters: filters[listen.node] ?? [] } : listen));
      const faces = facesOf({ ...graph, listens });
      expect(["landing", "list", "search", "email", "basket"].map((node) => faces.get(node)?.which.replaceAll("\u00a0", " "))).toEqual(["= Offered", "category ≠ Energy", "= Registered", "", ""]);
    });

    it("counts further names, and knows how wide a tag is", () => {
      const graph = journey();
      const faces = facesOf({ ...graph, listens: graph.listens.map((listen) => ({ ...listen, names: [...listen.names, "other", "third"] })) });
      const face = faces.get("purchase");
      expect(face?.more).toBe(2);
      expect(face && tagWidth(face)).toBeGreaterThan(30);
      const plain = faces.get("landing");
      expect(plain && tagWidth(plain)).toBe(0);
    });
  });
});

describe("icon", () => {
  it("guesses a step's drawing from its names, the first that says something", () => {
    const names: readonly (readonly [readonly string[], string])[] = [
      [["Product list", "view_item_list"], "list"], [["Site search"], "search"], [["Payment Failed"], "fail"], [["Order Confirmed"], "goal"], [["Checkout"], "card"],
      [["Basket"], "basket"], [["Landing page"], "page"], [["A", "Return Completed"], "undo"], [["Step 7"], "step"], [[], "step"],
    ];
    expect(names.map(([list]) => iconOf("normal", list))).toEqual(names.map(([, icon]) => icon));
  });

  it("shows the fork for every case node", () => {
    expect(iconOf("case", ["Basket"])).toBe("split");
  });
});
