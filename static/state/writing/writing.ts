/** What helps a user to write, for as long as they are signed in. */

import type { ChatClient } from "../../../client/chat_client.ts";
import { SentLines } from "./sent_lines.ts";
import { ServerCommands } from "./server_commands.ts";
import { ServerRooms } from "../finding/server_rooms.ts";

export class Writing {
  readonly commands: ServerCommands;
  readonly rooms: ServerRooms;
  readonly sent = new SentLines();

  constructor(client: ChatClient) {
    this.commands = new ServerCommands(client);
    this.rooms = new ServerRooms(client);
  }
}
