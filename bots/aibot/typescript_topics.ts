/** Topics about TypeScript and Deno. */

import { readTopics } from "./topic.ts";

export const TYPESCRIPT_TOPICS = readTopics(
  `
  typescript 3, ts 2, javascript 1.5, js 1.5, tsc 3, node 1, nodejs 1.5, deno 1.5, java -4,
  kotlin -4, rust -4, golang -4, php -4, ruby -4, swift -4, csharp -4, cplusplus -4, haskell -4,
  scala -4, perl -4, lua -4, elixir -4
`,
  [
    {
      id: "ts",
      title: "TypeScript",
      cues: `
      hello world 1.5, learn typescript 1, typescript good 1, introduction 1, typescript javascript 1,
      strict 0.7, tsconfig 2, overview 1, stay 0.5, worth 0.3, advantage 0.5, beginner 0.5
    `,
      answer: `
      TypeScript is JavaScript with types that are checked before the program runs and then removed. It finds misspelt fields, forgotten \`null\`s and wrong arguments while you type, and pays off most in code that lives long.

      \`\`\`ts
      function greet(name: string): string {
        return \`Hello, \${name}!\`;
      }
      \`\`\`
      All JavaScript you know stays true, so learn the two together. Turn on \`"strict": true\`. Ask me about TypeScript's types and interfaces, unions, generics, null, arrays, classes, errors, promises, modules, tests or Deno.
    `,
    },
    {
      id: "ts.types",
      title: "types and interfaces",
      cues: `
      shape 1, type object 1, object type 1.5, describe type 1, function type 1, type of function 1,
      interface 2.5, interfaces 2.5, type alias 4, interface type 2, type interface 2, alias 0.7,
      types 1, type 1, any unknown 2, unknown any 2, any 0.3, unknown 0.5, record type 1.5,
      partial 1.5, pick 0.7, omit 1.5, utility types 3, readonly 2, optional property 1.5, satisfies 3,
      as const 3, declare 0.7
    `,
      answer: `
      Both describe the shape of an object, and shapes are compared, not names. An \`interface\` can be extended and is merged with others of its name: good for objects and public APIs. A \`type\` can name anything: unions, tuples, functions, computed types.

      \`\`\`ts
      interface User { readonly id: number; name: string; email?: string }
      interface Admin extends User { rights: string[] }
      type Id = number | string;
      type Draft = Partial<Omit<User, "id">>;
      \`\`\`
      For an object either will do; be consistent. Prefer \`unknown\` to \`any\`: it has to be checked before it is used.
    `,
    },
    {
      id: "ts.generics",
      title: "generics",
      cues: `
      drug -5, drugs -5, generic drugs -2, same type 2, generic 3, generics 3.5, type parameter 3,
      keyof 4, extends keyof 2, t extends 3, generic function 1.5, constraint 1, infer 2,
      mapped type 2.5, conditional type 3, type argument 2
    `,
      answer: `
      A type parameter lets a function keep the type that it was given:

      \`\`\`ts
      function first<T>(items: readonly T[]): T | undefined {
        return items[0];
      }
      function pick<T, K extends keyof T>(object: T, key: K): T[K] {
        return object[key];           // pick(user, "name") is a string; pick(user, "nmae") does not compile
      }
      \`\`\`
      \`T extends X\` is a constraint: T may be anything that fits X. \`keyof T\` is the union of T's keys. Use a type parameter where it ties two places together; one that occurs once is not needed.
    `,
    },
    {
      id: "ts.unions",
      title: "unions, narrowing and never",
      cues: `
      union 2.5, unions 2.5, discriminated union 4, narrow 2, narrowing 3, exhaustive 2.5, never 1,
      type guard 4, switch 1, string number 1.5, literal type 2.5, enum 2, enums 2, typeof 1.5,
      intersection 1, tagged union 3
    `,
      answer: `
      A value of a union is one of several types; a check narrows it. With a field that names the case, the compiler can see that no case was forgotten:

      \`\`\`ts
      type Shape = { kind: "circle"; radius: number } | { kind: "square"; side: number };

      function area(shape: Shape): number {
        switch (shape.kind) {
          case "circle": return Math.PI * shape.radius ** 2;
          case "square": return shape.side ** 2;
          default: return shape satisfies never;      // an error here once a case is missing
        }
      }
      \`\`\`
      \`string | number\` is narrowed by \`typeof x === "string"\`, classes by \`instanceof\`, objects by \`"key" in x\`. \`never\` is the type without values. A union of literals often does better than an \`enum\`.
    `,
    },
    {
      id: "ts.async",
      title: "promises and async functions",
      cues: `
      promise ring -5, sequentially 1.5, one after another 1, parallel 1, loop await 1.5,
      foreach await 2, wait for 0.7, background 0.5, promise 4, promises 4, promise all 2,
      allsettled 4, await 2, async 2, async function 1.5, async await 1, unhandled rejection 4,
      then 0.2, rejection 2, fetch 1.5, abortcontroller 5, abortsignal 5, abort 1, callback 2,
      settimeout 2, asynchronous 1.5, multiple promises 1, for await 2
    `,
      answer: `
      \`\`\`ts
      async function load(urls: string[], signal: AbortSignal): Promise<string[]> {
        return await Promise.all(urls.map(async (url) => {
          const response = await fetch(url, { signal });
          if (!response.ok) throw new Error(\`\${url} answered \${response.status}\`);
          return await response.text();
        }));
      }
      await load(["https://example.org/"], AbortSignal.timeout(5_000));
      \`\`\`
      \`Promise.all\` fails with the first failure; \`Promise.allSettled\` waits for all and reports each. Start first and await later to run things side by side. Every promise needs an \`await\`, a \`return\` or a \`.catch\`: one that rejects unhandled ends a Node or Deno process.
    `,
    },
    {
      id: "ts.modules",
      title: "modules, import and export",
      cues: `
      cannot find module 3, share code 1.5, another file 1.5, other file 1, barrel 1, import 2,
      export 2, module 1.5, modules 1.5, require 1.5, import export 1.5, import require 2, commonjs 4,
      esm 3, default export 2, es modules 3, import type 2, npm 1.5, package json 2, named export 2,
      circular import 2, file 0.3
    `,
      answer: `
      \`\`\`ts
      // prices.ts
      export interface Price { amount: number }
      export function format(price: Price): string { return price.amount.toFixed(2); }

      // main.ts
      import { format, type Price } from "./prices.ts";
      const { parse } = await import("./parser.ts");      // loaded when needed
      \`\`\`
      \`import\`/\`export\` is the standard (ESM); \`require\` is Node's older CommonJS. In Node set \`"type": "module"\` in package.json. Named exports are easier to find and rename than a default one. In Deno and browsers the path has its file ending.
    `,
    },
    {
      id: "ts.deno",
      title: "Deno",
      cues: `
      deno 4, deno run 2, deno task 2, deno test 1, allow net 3, allow read 3, allow env 3,
      permission 1, permissions 1, deno node 2, deno script 1, deno json 2, bun 1, jsr 2, runtime 0.7,
      npm deno 1
    `,
      answer: `
      Deno runs TypeScript as it is, with formatter, linter, test runner and bundler built in. Unlike Node it grants no access unless you say so:

      \`\`\`sh
      deno run --allow-net=example.org --allow-read=data main.ts
      deno task start        # runs a task of deno.json
      deno test -A           # -A allows everything
      deno fmt && deno lint && deno check main.ts
      \`\`\`
      npm packages work: \`import { Hono } from "npm:hono@4"\`, or a name under \`"imports"\` in deno.json. Node's own modules too: \`node:fs\`, \`node:sqlite\`. The other flags are \`--allow-write\`, \`--allow-env\`, \`--allow-run\`, \`--allow-sys\` and \`--allow-ffi\`. Parley itself runs on Deno.
    `,
    },
    {
      id: "ts.errors",
      title: "errors",
      cues: `
      try catch 4, catch 1.5, throw 2, throw error 2, error class 1.5, custom error 2, error 1,
      errors 1, instanceof error 3, error unknown 1, catch unknown 2, exception 1, stack 0.3,
      result type 1.5, handle error 1.5, handle exception 1
    `,
      answer: `
      What is caught is \`unknown\`, since anything can be thrown: check it first.

      \`\`\`ts
      class NotFound extends Error {
        override readonly name = "NotFound";
      }
      try {
        await load(id);
      } catch (error) {
        if (error instanceof NotFound) console.error(\`nothing there: \${error.message}\`);
        else throw new Error(\`cannot load \${id}\`, { cause: error });      // keeps the first error
      }
      \`\`\`
      For failures that are part of normal life, return a union (\`{ ok: true, value } | { ok: false, problem }\`): the caller cannot forget it.
    `,
    },
    {
      id: "ts.tests",
      title: "tests",
      cues: `
      test 2, tests 2, testing 2, unit test 1.5, vitest 4, jest 4, deno test 4, node test 3, mock 1.5,
      fake timer 2, assert 1.5
    `,
      answer: `
      \`\`\`ts
      // prices_test.ts: run \`deno test\`
      import assert from "node:assert/strict";
      import { format } from "./prices.ts";

      Deno.test("a price has two decimals", () => {
        assert.equal(format({ amount: 3 }), "3.00");
      });
      Deno.test("a negative price is refused", async () => {
        await assert.rejects(() => save({ amount: -1 }), /negative/);
      });
      \`\`\`
      In Node: \`import { test } from "node:test"\`, or vitest. Test what can be seen from outside; pass clocks and I/O in as parameters, so that a test can give its own.
    `,
    },
    {
      id: "ts.classes",
      title: "classes",
      cues: `
      class 2, classes 2, private field 3, private 1, extends class 2, abstract class 2,
      constructor 2.5, implements 2, inheritance 1.5, method 0.7, getter 2, setter 1.5, this 0.1,
      object oriented 1.5, override 1.5, decorator 1.5, decorators 1.5
    `,
      answer: `
      \`\`\`ts
      class Outbox {
        #waiting: string[] = [];                           // private, also when it runs
        constructor(readonly limit: number) {}             // declares and sets a field

        get isFull(): boolean { return this.#waiting.length >= this.limit; }
        add(line: string): void {
          if (this.isFull) throw new RangeError(\`more than \${this.limit} lines\`);
          this.#waiting.push(line);
        }
      }
      class LoudOutbox extends Outbox {
        override add(line: string): void { super.add(line.toUpperCase()); }
      }
      \`\`\`
      Pass a method on as \`() => box.add(x)\`, or \`this\` gets lost. Where there is no state to guard, a function and an object do.
    `,
    },
    {
      id: "ts.arrays",
      title: "arrays, maps and objects",
      cues: `
      group 1, unique 1, remove duplicates 1.5, flatten 2, key 0.5, for of 1, objects 0.7, array 2,
      arrays 2, filter 2, reduce 2.5, map filter 2, map 1, foreach 3, spread 2, destructuring 3,
      tuple 1, sort array 2, flatmap 3, object keys 2, groupby 2.5, find 0.3, loop 0.7, iterate 1,
      sort 1, object 0.7, dictionary 0.7, list 0.5
    `,
      answer: `
      \`\`\`ts
      const names = users.filter((user) => user.age >= 18).map((user) => user.name);
      const total = prices.reduce((sum, price) => sum + price, 0);
      const sorted = users.toSorted((a, b) => a.age - b.age);      // sort() would change users
      const byCity = Object.groupBy(users, (user) => user.city);
      const counts = new Map<string, number>();
      for (const [index, { name }] of users.entries()) counts.set(name, index);
      const copy = { ...user, name: "Ann" };
      \`\`\`
      \`sort()\` without a comparison sorts as text (10 before 9). With \`noUncheckedIndexedAccess\`, \`items[0]\` may be \`undefined\`, which is the truth.
    `,
    },
    {
      id: "ts.null",
      title: "null, undefined and optional values",
      cues: `
      missing 0.7, optional 1, default value 1.5, is possibly 2, exclamation mark 1.5, null 2,
      undefined 2.5, optional chaining 4, nullish 4, strictnullchecks 5, possibly undefined 3,
      possibly null 3, cannot read properties undefined 4, non null 2, question mark 1.5,
      is not a function 1.5, null undefined 1
    `,
      answer: `
      With \`strict\` on, \`string\` never means null; what may be missing says so: \`string | undefined\`.

      \`\`\`ts
      const city = user.address?.city ?? "unknown";     // ?. stops at null or undefined; ?? gives a default for them
      if (user.email !== undefined) send(user.email);   // narrowed: a string here
      \`\`\`
      "Object is possibly undefined" asks you to check; \`user!.name\` only silences it and crashes later. \`||\` also replaces \`0\` and \`""\`, \`??\` does not.
    `,
    },
  ],
);
