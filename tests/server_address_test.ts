/** How a server's address may be written, and what is said of one that is none. */

import assert from "node:assert/strict";
import { parseServerAddress } from "../client/server_address.ts";

const ADDRESSES = {
  "": "tcp://127.0.0.1:5000",
  "localhost": "tcp://localhost:5000",
  "chat.example.com:7000": "tcp://chat.example.com:7000",
  "10.0.0.7": "tcp://10.0.0.7:5000",
  ":7000": "tcp://127.0.0.1:7000",
  " tcp://host ": "tcp://host:5000",
  "TCP://host:1/": "tcp://host:1",
  "tcp://[::1]:7000": "tcp://[::1]:7000",
  "[fe80::1]": "tcp://[fe80::1]:5000",
  "ws://127.0.0.1:8080": "ws://127.0.0.1:8080/ws",
  "ws://127.0.0.1:8080/": "ws://127.0.0.1:8080/ws",
  "wss://chat.example.com/parley/ws": "wss://chat.example.com/parley/ws",
};

for (const [text, label] of Object.entries(ADDRESSES)) {
  Deno.test(`parseServerAddress reads ${JSON.stringify(text)} as ${label}`, () => {
    assert.equal(parseServerAddress(text).label, label);
  });
}

const BAD_ADDRESSES = {
  "http://127.0.0.1:8080": /Write ws:\/\/127\.0\.0\.1:8080 to connect/,
  "https://chat.example.com": /Write wss:\/\/chat\.example\.com to connect/,
  "ftp://host": /"ftp" is not a way to connect/,
  "host:port": /is not a server's address/,
  "host:0": /A port is a number from 1 to 65535, not 0/,
  "host:65536": /A port is a number from 1 to 65535, not 65536/,
  "::1": /is not a server's address/,
  "two words": /is not a server's address/,
  "ws://": /is not a server's address/,
  "ws://alice:secret@host": /It holds a user/,
  "tcp://host/path": /is not a server's address/,
};

for (const [text, words] of Object.entries(BAD_ADDRESSES)) {
  Deno.test(`parseServerAddress says what is wrong with ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseServerAddress(text),
      (error) => error instanceof TypeError && words.test(error.message),
    );
  });
}
