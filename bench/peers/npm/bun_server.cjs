/** Bun's built-in publish: `J room` joins, `room text` goes to all in the room. `bun bun_server.cjs PORT` */

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch(request, server) {
    if (!server.upgrade(request)) return new Response("a WebSocket is expected", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    // A receiver that is behind is to be waited for, not dropped.
    backpressureLimit: 256 * 1024 * 1024,
    message(socket, text) {
      if (text.startsWith("J ")) {
        socket.subscribe(text.slice(2));
        socket.send("OK");
      } else {
        server.publish(text.slice(0, text.indexOf(" ")), text);
      }
    },
  },
});
