/** Socket.IO as its documentation shows it: rooms, and one emit to a room. `node socketio_server.cjs PORT` */

const { createServer } = require("node:http");
const { Server } = require("socket.io");

const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false });

io.on("connection", (socket) => {
  socket.on("join", (room) => {
    socket.join(room);
    socket.emit("joined", room);
  });
  socket.on("say", (room, text) => io.to(room).emit("say", text));
});

server.listen(Number(process.argv[2]), "127.0.0.1");
