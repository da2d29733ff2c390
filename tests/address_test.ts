/** The addresses of rooms, people and messages on the page. */

import assert from "node:assert/strict";
import { addressOf, asksForPlace, placeIn } from "../static/state/finding/address.ts";

Deno.test("A place and its address lead to each other", () => {
  const places = [
    { name: "#general" },
    { name: "#general", seq: 4711 },
    { name: "#日本.x" },
    { name: "alice" },
    { name: "a.b-c_d", seq: 1 },
  ];
  for (const place of places) assert.deepEqual(placeIn(addressOf(place)), place);
  assert.equal(addressOf({ name: "#general", seq: 7 }), "#/general/7");
  assert.equal(addressOf({ name: "alice" }), "#/@alice");
});

Deno.test("An address is read leniently, and what is none leads nowhere", () => {
  assert.deepEqual(placeIn("#/%23tea"), { name: "#tea" });
  assert.deepEqual(placeIn("#/#tea/3"), { name: "#tea", seq: 3 });
  for (const hash of ["#/%", "#/@", "#/a/b", "#/a/0", "#/a/1/2", "#/a/-1", `#/a/${"9".repeat(20)}`]) {
    assert.equal(placeIn(hash), undefined, hash);
    assert.ok(asksForPlace(hash), hash);
  }
  for (const hash of ["", "#", "#/", "#top"]) {
    assert.equal(placeIn(hash), undefined, hash);
    assert.ok(!asksForPlace(hash), hash);
  }
});
