/** Topics about WebSockets. */

import { readTopics } from "./topic.ts";

export const WEBSOCKET_TOPICS = readTopics("websocket 3, websockets 3, ws 2, wss 2.5", [
  {
    id: "websocket",
    title: "WebSockets",
    cues: `
      long polling 2, sse 2, server sent events 3, websocket http 1, http 0.7, rest 0.5,
      plain http 0.5, realtime 1, real time 1, polling 1.5, subprotocol 1, frame 1.5, bidirectional 1,
      example 0.3, server 0.3, client 0.3, browser 0.3
    `,
    answer: `
      A WebSocket is one connection that begins as HTTP and then carries messages both ways for as long as it lasts (RFC 6455).

      \`\`\`ts
      const socket = new WebSocket("wss://example.org/ws");
      socket.onopen = () => socket.send(JSON.stringify({ hello: "there" }));
      socket.onmessage = (event) => console.log(event.data);
      socket.onclose = (event) => console.log(event.code, event.reason);
      \`\`\`
      Use it where the server has news at any time and the client talks back: chat, games, live documents. Ordinary requests are better as HTTP (caching, retries); news in one direction is simpler as server-sent events. Ask me about the handshake, ping and pong, backpressure, reconnecting, security or scaling.
    `,
  },
  {
    id: "websocket.handshake",
    title: "the WebSocket handshake",
    cues: `
      handshake 4, upgrade 2, sec websocket accept 4, sec websocket key 4, 101 2,
      switching protocols 4, upgrade http 1.5, websocket accept 1, magic 0.5, header 0.7,
      http connection 0.5
    `,
    answer: `
      The client sends an HTTP GET that asks for an upgrade; the server agrees with 101, and from then on the same TCP connection carries frames:

      \`\`\`
      GET /ws HTTP/1.1                          HTTP/1.1 101 Switching Protocols
      Host: example.org                         Upgrade: websocket
      Upgrade: websocket                        Connection: Upgrade
      Connection: Upgrade                       Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      \`\`\`
      The accept value is base64(SHA-1(key + \`258EAFA5-E914-47DA-95CA-C5AB0DC85B11\`)): it proves that the server speaks WebSocket and is not a cache that repeats itself. It is no security; check \`Origin\` for that.
    `,
  },
  {
    id: "websocket.ping",
    title: "WebSocket ping and pong",
    cues: `
      peer dead 2.5, dead 1.5, peer 1, peer gone 2, detect 1, alive 1.5, still there 1.5, proxy 1,
      nginx 1, closes by itself 1.5, dies silently 2, minute 0.7, ping 3, pings 3, pong 3.5,
      ping pong 1, heartbeat 3, keepalive 2.5, keep alive 2.5, idle 1.5, silence 1,
      closes after seconds 1.5, half open 2, timeout 1, dead connection 2, 1006 1.5, detect dead 1.5,
      seconds 0.5
    `,
    answer: `
      Proxies cut connections that are silent, often after 60 s, and a peer that lost its network leaves a connection which looks open for minutes. So the server sends a ping frame every 20 to 30 s; the other side answers with a pong by itself, and one that does not within some seconds is closed.

      Browsers answer pings but cannot send them: a page that must notice a dead server sends a small message of its own and waits for the answer. In Deno: \`Deno.upgradeWebSocket(request, { idleTimeout: 30 })\`; in Node's \`ws\`: \`socket.ping()\` and \`on("pong")\`.
    `,
  },
  {
    id: "websocket.backpressure",
    title: "WebSocket backpressure",
    cues: `
      keep up 2.5, bad network 1.5, falls behind 2, fall behind 2, lag 1.5, overload 1.5,
      backpressure 4, back pressure 4, slow client 3, slow consumer 3.5, slow reader 3,
      bufferedamount 5, buffer grows 2, memory grows 1.5, slow 1, slowly 1, reads slowly 1.5, drain 1,
      buffer 1, consumer 1, memory 0.7
    `,
    answer: `
      \`send\` never waits: what the peer does not read piles up in memory, and \`socket.bufferedAmount\` says how much. A server needs a rule for it:
      1. Give each connection a bounded queue (say 1 MiB).
      2. Over a low mark, stop producing for that client, or drop what has become worthless (old positions, typing signs).
      3. Over the limit, close it with a reason; the client comes back and reads what it missed from the log.

      Never let one slow reader hold up the others. Parley does it so: past 1 MiB a connection is closed as \`slow_consumer\` and resumes with \`since\`.
    `,
  },
  {
    id: "websocket.reconnect",
    title: "reconnecting a WebSocket",
    cues: `
      server restarts 1.5, thundering herd 3, comes back 1, wifi 1, goes away 1, loses connection 2.5,
      reconnect 4, reconnecting 4, reconnection 4, backoff 3, exponential backoff 2, jitter 2.5,
      connection drops 2, connection lost 2, resume 1.5, drops 0.7, disconnect 1.5, disconnects 1.5,
      retry 1, connection closed 1, lost messages 1
    `,
    answer: `
      \`\`\`ts
      function connect(attempt = 0): void {
        const socket = new WebSocket(\`\${url}?since=\${lastSeq}\`);
        socket.onopen = () => { attempt = 0; };
        socket.onmessage = (event) => { lastSeq = handle(event.data); };
        socket.onclose = () => {
          const wait = Math.min(10_000, 250 * 2 ** attempt);
          setTimeout(() => connect(attempt + 1), wait * (0.5 + Math.random() / 2));   // jitter
        };
      }
      \`\`\`
      Without the random part all clients return in the same instant after a restart. Reconnecting is half of it: say what you saw last (\`since\`), so that nothing is missed, and send unacknowledged messages again with the same id, so that nothing is doubled.
    `,
  },
  {
    id: "websocket.security",
    title: "WebSocket security",
    cues: `
      cookies 1.5, attack 1, allowed to connect 1.5, safe 1, origin 2, security 2, secure 1.5,
      authenticate 2, authentication 2, csrf 2, cross site hijacking 4, token 1, tls 1, cors 1.5,
      authorize 1
    `,
    answer: `
      - Use \`wss://\` (TLS) anywhere but on loopback.
      - Browsers let any page open a WebSocket to you, with your cookies: check the \`Origin\` header against a fixed list, or refuse with 403. CORS does not apply.
      - Authenticate with the first message or a short-lived ticket; a token in the URL ends up in logs.
      - Check each message as hostile input: type, size, depth; limit the message size and the rate.
      - Rights can change while a connection lives: check them per message.
    `,
  },
  {
    id: "websocket.scaling",
    title: "scaling WebSockets",
    cues: `
      how many connections 3, one machine 2, many clients 2, connections 1.5, concurrent users 2,
      one server 1, scale 2.5, scaling 3, load balancer 2.5, sticky 2, multiple servers 2,
      million connections 2, many connections 1.5, horizontally 2, fan out 2, thousands 1, broadcast 2
    `,
    answer: `
      One process holds tens of thousands of idle connections; what costs is fan-out. Encode a message once and share the bytes among receivers, and gather what comes in one turn into one write each. For several servers: any load balancer that passes upgrades, each node with its own connections, and a bus (NATS, Redis, PostgreSQL NOTIFY) that tells the others "room r is at position n". Keep the truth in a log and use the bus for hints; then a lost hint costs delay and no message.
    `,
  },
]);
