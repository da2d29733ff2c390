/** `ws` with a broadcast loop: `J room` joins, `room text` goes to all in the room. `node ws_server.cjs PORT` */

const { WebSocketServer } = require("ws");

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  perMessageDeflate: false,
});
/** Members by room. */
const rooms = new Map();

server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const text = data.toString();
    if (text.startsWith("J ")) join(socket, text.slice(2));
    else spread(text.slice(0, text.indexOf(" ")), text);
  });
  socket.on("close", () => {
    for (const members of rooms.values()) members.delete(socket);
  });
});

function join(socket, room) {
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  socket.send("OK");
}

function spread(room, text) {
  for (const member of rooms.get(room) ?? []) member.send(text);
}
