import { expect, it } from "vitest";
import { cutParts } from "../../src/kit/MiddleCut.tsx";

it("PIC-109: a long name keeps its end in any script, and no sign or joined word is cut in two", () => {
  expect(cutParts("noise_event_of_a_family_00042")).toEqual({ head: "noise_event_of_a_fa", tail: "mily_00042", width: 10 });
  const arabic = cutParts("تمت إضافة المنتج إلى سلة المشتريات ١٢");
  expect([arabic.head + arabic.tail, arabic.tail]).toEqual(["تمت إضافة المنتج إلى سلة المشتريات ١٢", " ١٢"]);
  expect(cutParts("👩‍👩‍👧".repeat(21)).tail).toBe("👩‍👩‍👧".repeat(10));
  expect(cutParts("用户已经在结账页面确认了收货地址并且选择了支付方式一号").width).toBe(20);
});

it("PIC-109: a short name, or one joined word, is not parted; a line break is a space", () => {
  for (const name of ["add_to_cart", "", "x".repeat(20), "م".repeat(40)]) expect(cutParts(name)).toEqual({ head: name, tail: "", width: 0 });
  expect(cutParts("two\nlines").head).toBe("two lines");
});
