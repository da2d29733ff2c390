/** Topics about Parley itself. What they say follows docs/protocol.md. */

import { readTopics } from "./topic.ts";

export const PARLEY_TOPICS = readTopics(
  `
  parley 3, this chat 2, this server 2, this program 1.5, this app 1.5, chatroom 2, chat room 1.5,
  chat rooms 1.5, chat 1.5, room 0.7, rooms 0.7, here 0.7, message 0.5, lobby 2, command 0.5
`,
  [
    {
      id: "parley",
      title: "what Parley is",
      cues: `
      what is parley 2, what parley 1, about parley 1, this place 1.5, who made 1, open source 1.5,
      who wrote parley 1, written in 0.7
    `,
      answer: `
      Parley is this chat: one server in which people, programs and devices talk over one protocol. Plain TCP (port 5000: \`nc\`, the terminal client, a sensor), WebSocket and HTTP (port 8080: the web page, bots, \`curl\`). Everything said is stored before it is delivered, so nothing that was acknowledged gets lost, and who was away gets it later.

      There are rooms, direct messages, subscriptions to devices such as \`thermometer1\`, full-text search, and an AI bot. It is a Deno program in TypeScript with an SQLite log. \`/help\` lists the commands; docs/protocol.md describes it all.
    `,
    },
    {
      id: "parley.start",
      title: "getting connected",
      cues: `
      get in 1.5, into chat 2.5, into parley 2.5, into this chat 1, phone 1, mobile 1,
      join this chat 3, wants to join 2.5, invite 2, from outside 0.7, sign on 2, connect 2,
      connect server 1.5, log in 3, login 3, sign in 3, get started 2.5, start here 1.5, new here 3.5,
      how does this work 3, how do i join =2.5, first steps 2, which port 2, what port 2, port 1.5,
      address 1, web page 2, webpage 2, browser 1, terminal client 3, client 0.7, sign up 3,
      register 2.5, create account 3.5, make account 3, account 1.5, use chat 1.5, join chat 2.5,
      join server 2.5, join parley 2.5, beginner guide 1, tutorial 1
    `,
      answer: `
      Any of these gets you in, with a name and nothing else:
      - Web page: open http://127.0.0.1:8080/ (or the server's address).
      - Terminal: \`deno task client\`, or \`deno run --allow-net client.ts --server tcp://HOST:5000 --name ann\`.
      - Anything with a socket: \`nc HOST 5000\`, then type your name.

      Then just write: a line goes to the room you are in, at first the lobby. \`/join tea\` enters another room, \`bob: hello\` writes to Bob alone, \`/list\` shows the rooms, \`/users\` who is online, \`/help\` everything. \`/password SECRET\` keeps your name yours; \`/quit\` leaves.
    `,
    },
    {
      id: "parley.join",
      title: "joining and making rooms",
      cues: `
      new channel 2.5, set up room 2, join another 2, private channel 2, join room 4, join #room 4.5,
      join 2.2, enter room 3.5, enter channel 3.5, enter 1, create room 4.5, make room 3.5,
      new room 3.5, open room 2.5, start room 3, own room 2.5, switch room 3, change room 2.5,
      get into room 3, channel 1, private room 2.5, add room 2, room 0.5, /join 5, go to room 2.5,
      current room 2, move room 2
    `,
      answer: `
      \`\`\`
      /join tea
      \`\`\`
      You are in \`#tea\` then, and what you type goes there. If there was no such room, that made it; there is no other step. The name takes up to 48 letters and digits of any script plus \`_ . -\`. You get the newest messages at once and may read all that was said there before. You stay a member when you disconnect, and get what was said meanwhile when you come back. In text mode the room joined last is the current one. \`/list\` shows all rooms: they are public.
    `,
    },
    {
      id: "parley.leave",
      title: "leaving rooms",
      cues: `
      be in #room 2, out of #room 3, not in #room 2, be in room any more 2.5, messages from room 2,
      no longer in room 2, unsubscribe room 2, too noisy 1.5, not get messages from room 2, leave 1.5,
      leave room 4, leave #room 4.5, leave channel 3.5, get out of room 4, exit room 3.5,
      quit room 3.5, part room 2, remove myself room 2.5, out room 2, /leave 5, /part 5, leave chat 2,
      unjoin 4, quit chatroom 2.5, leave group 2, mute room 1
    `,
      answer: `
      \`\`\`
      /leave #tea
      \`\`\`
      Without a name it leaves the current room. You no longer get what is said there and cannot read its history until you join again. Your login, your other rooms and your direct messages stay. To end the connection instead: \`/quit\`.
    `,
    },
    {
      id: "parley.quit",
      title: "logging out",
      cues: `
      close session 2, go offline 2.5, stop client 1.5, hang up 2, without logging out -6,
      without disconnecting -6, without quitting parley -4, log out 4, logout 4, sign out 4, log off 4,
      disconnect 2, quit 2, exit 2, /quit 5, close connection 2, delete account 3, leave server 3,
      goodbye command 1.5, end session 2, leave parley 2.5
    `,
      answer: `
      \`/quit\` (or \`/exit\`, or just \`exit\` in text mode) says goodbye and closes; the web page has a button. You remain a member of your rooms, and what is said while you are away waits for you. A guest's account goes a day after it was last online; any other stays. There is no command that deletes an account.
    `,
    },
    {
      id: "parley.message",
      title: "saying something",
      cues: `
      say line 2, begins with slash 3, slash 2, how do i talk 2, how do i chat 2, emojis 1.5,
      several lines 1.5, say something 2, send message 2, send message room 3, post message 1.5,
      write message 2, write in room 2.5, say in room 2.5, talk everyone 2, message everyone 2.5,
      message room 2.5, post 1, /say 5, speak 1, line break 1, slash line 1.5, message begins slash 2,
      send line 1.5, talk 1, multi line 1.5, send 0.5, typed 0.5, emoji 1, file 0.3, edit message 3,
      delete message 3, edit my message 1, attach 1, picture 1.5, send picture 2, send file 2,
      send image 2.5, upload 1.5, commit message -3, error message -2, log message -2
    `,
      answer: `
      Type it and press Enter: it goes to all in the current room. A few lines are special in text mode:
      - \`name: text\` goes to that user alone. Begin with a space, or use \`/say\`, to say such a line in the room.
      - A line that begins with \`/\` is a command; \`//like this\` says "/like this".

      From a program: \`{"type":"chat","destination":"#general","message":"hello","id":"a1"}\`. A message is text of at most 16 KiB; there are no attachments, and what was said can be neither edited nor deleted.
    `,
    },
    {
      id: "parley.direct",
      title: "direct messages",
      cues: `
      instagram -5, whatsapp -5, facebook -5, telegram -5, discord -5, slack -5, twitter -5,
      without others 2.5, others seeing 2, others not see 2, others see 1.5, others read 2,
      just to _ 1.5, talk to _ 1.2, chat with _ 1.2, between us 1.5, alone 1.5, secret 1.5,
      only to _ 1.5, confidential 2, direct message 5, direct messages 5, dm 5, private message 5,
      privately 2.5, private 1.5, whisper 3.5, /msg 5, pm 2.5, message _ 1.5, msg _ 2,
      write to _ only 3, write _ only 1.5, only _ read 2, nobody else read 3, just one person 3,
      one person 1.5, talk _ alone 2.5, secret message 2.5, secretly 2, personal message 2.5,
      write to _ 1, contact _ 1, single user 2, specific user 2, specific person 2.5,
      particular user 2, someone 0.5, one to one 2, text _ 1, offline 1, talk _ private 1.5, user 0.3
    `,
      answer: `
      \`\`\`
      bob: shall we have lunch?
      /msg bob shall we have lunch?
      \`\`\`
      Both go to Bob alone; from a program set \`"destination":"bob"\`. If he is away you read \`User 'bob' is offline. Message saved.\` and he gets it when he logs in; even somebody who was never here can be written to. Only the two of you can read and search it in the chat; but messages are not encrypted in the database, so whoever runs the server could.
    `,
    },
    {
      id: "parley.offline",
      title: "messages while you are away",
      cues: `
      messages later 2, phone off 1.5, holiday 1, vacation 1.5, pending 1, miss 1, miss anything 2,
      anything new 1.5, new messages 1.5, deliver later 2, kept for me 2, offline 2, offline message 3,
      while away 3.5, while i was away 2, missed 2.5, missed messages 3, stored messages 3, check 1.5,
      /check 5, !check 5, when i am away 2.5, not online 2.5, unread messages 1, come back 1.5,
      came in while 1, came while 1.5, waiting messages 2, was offline 2, laptop 1, closed 0.7, gone 1,
      catch up 2.5, happens messages away 1.5, away 1.5, asleep 1.5, disconnected 1.5
    `,
      answer: `
      Nothing is missed: what was said in your rooms, to you, and by what you subscribed to is stored, and comes when you log in again, marked \`[Stored]\` in text mode, up to the newest 10,000 messages. \`/check\` (or \`!check\`) delivers what you have not been sent yet and ends with a count; while you are connected everything comes at once, so it is often 0. A program logs in with \`since: SEQ\`, the last position it saw, and continues exactly there. Older messages: \`/history\` and \`/find\`.
    `,
    },
    {
      id: "parley.names",
      title: "user names",
      cues: `
      accents 1.5, emoji name 2, already used 1.5, taken 2, uppercase 1, nickname taken 2,
      user name 2.5, username 3, usernames 3, name in use 5, name_in_use 5, name taken 4,
      name already 3, characters name 3, allowed name 3, valid name 3, bad_name 5, name rules 3,
      name 1, names 1, name length 2, long name 1.5, spaces 1, umlauts 1.5, reserved name 4,
      reserved 1.5, called admin 3, called server 2, admin 1, capital letters name 2,
      case sensitive 1.5, someone has my name 3, choose name 2, my name 0.7, baby name -5,
      name baby -5, name dog -4, name cat -4, pet -2
    `,
      answer: `
      A name is 1 to 32 of \`A-Z a-z 0-9 _ . -\`, begins with a letter or digit, does not end in a dot, and its case does not matter (\`Bob\` is \`bob\`); no spaces or umlauts. \`server\`, \`system\`, \`admin\`, \`operator\`, the bots' names and \`guest-…\` are reserved. Room names take letters of any script.

      \`name_in_use\`: somebody without a password is online under that name, or it is taken or reserved. Take another name, or wait until it is free; if it is your own dead connection, it no longer counts after about 10 s. With a password or a token you can be connected many times at once.
    `,
    },
    {
      id: "parley.password",
      title: "passwords",
      cues: `
      password 3.5, passwords 3.5, /password 5, forgot password 1.5, set password 1, change password 1,
      protect name 3.5, protect account 3.5, protect 1.5, keep my name 2.5, steal name 3,
      impersonate 3, others from logging 2.5, logging in as me 3, somebody else uses 2,
      someone else uses my 2.5, pretend me 2.5, secure account 3, bad_credentials 5, take my name 2.5,
      taking my name 2.5, reset password 1.5, hack 1, credentials 2, somebody else 0.5, nickname 0.5,
      wifi -4, email password -3, gmail -4, bank -4, windows -3
    `,
      answer: `
      An account without a password is open to whoever takes its name while it is offline. To keep yours:

      \`\`\`
      /password NEW
      /password NEW OLD        where one is set
      \`\`\`
      After that, a login needs it: \`/login ann SECRET\`, or in text mode the server asks. Setting it ends all the account's other tokens and connections. Passwords are stored only as scrypt hashes, so nobody can tell you a forgotten one and there is no reset by mail: if one of your devices is still logged in by token it goes on working; otherwise ask the operator, or take another name.
    `,
    },
    {
      id: "parley.nick",
      title: "changing your name",
      cues: `
      nickname 1, new nickname 1.5, misspelled my name 2.5, typo name 2, change name 4,
      change my name 1, nick 3, nickname 2, /nick 5, rename 2.5, rename myself 2, rename account 2,
      new name 2.5, different name 2.5, be called 2, change username 3.5, change nickname 2,
      another name 2, change user name 2, call myself 2, called 0.7, switch name 2.5, dog -4, cat -4,
      company -3, file -3, variable -3
    `,
      answer: `
      \`\`\`
      /nick bobby
      \`\`\`
      History shows the new name everywhere at once. For 30 days the old one still leads to you (logging in, direct messages, \`from=\` in searches) and nobody else can take it. The new name must be free, and nobody's messages may be waiting for it. Guests and bots keep theirs: a guest who wants another name leaves and logs in with it.
    `,
    },
    {
      id: "parley.guest",
      title: "guests",
      cues: `
      have to sign up 3, have to register 2.5, need to register 2.5, must register 2,
      need to sign up 3, just looking 1.5, look around 1.5, try it 1, guest 4, guests 4,
      guest account 1, without account 3.5, without registering 3.5, without name 2, anonymous 3,
      anonymously 3, no account 3, without signing up 3, try out 1.5, need account 2.5, temporary 1,
      account 0.7, register 0.5
    `,
      answer: `
      \`/login\` without a name (one click on the web page) makes you a fresh guest, \`guest-\` and six characters. A guest can do what others can, but for a password and another name. The account goes a day after it was last online; what it said stays. For a name of your choice leave and log in with that: an ordinary account needs no more than a name either.
    `,
    },
    {
      id: "parley.thermometer",
      title: "the thermometer",
      cues: `
      temperature messages 2, how warm is it 2, latest reading 2, current temperature 2,
      sensor reading 1.5, device reading 1.5, thermometer 4, thermometer1 5, temperature reading 3,
      temperature readings 3, temperature 2.5, temperatures 2.5, sensor 2, subscribe 2,
      unsubscribe 2.5, /subscribe 4, /unsubscribe 4, reading 0.7, readings 1, celsius 2, reboot 2,
      reboot sensor 1, device 0.7, subscription 1.5, subscriptions 1.5, range 1, degrees 1,
      warm here 1, how warm 1, how hot 0.7, cold here 1, subscribe to 0.3, fever -4, oven -4, body -3,
      boil -3, outside -2, weather -3, wine -4, newsletter -3, youtube -4, magazine -4,
      room temperature -2
    `,
      answer: `
      \`\`\`
      /subscribe thermometer1
      /unsubscribe thermometer1
      \`\`\`
      \`thermometer1\` is a simulated device that publishes a temperature every 100 s. A subscription outlives restarts, and readings that you miss are kept for you. Directly it takes: \`thermometer1: now\` (the temperature), \`range\` (lowest and highest), \`reboot\` (starts the sensor and its clock again, and publishes at once), \`subscribe\`, \`unsubscribe\`, \`help\`. Past readings: \`/history thermometer1/feed\`.
    `,
    },
    {
      id: "parley.search",
      title: "searching messages",
      cues: `
      search word 3, search for word 1, keyword 1.5, containing word 2, contains word 2,
      somebody posted 1.5, someone posted 1.5, posted 0.7, search 2, find 1, search message 3.5,
      search messages 3.5, find message 3.5, find messages 3.5, find old 2.5, search old 2, /find 5,
      search history 3, search chat 3, look up messages 3, find something said 3.5, find said 2,
      search conversation 3, find what said 2, search room 2.5, weeks ago 1, said 0.7, filter 0.5,
      full text search chat 1.5, locate message 3, searching 1, phrase 0.7
    `,
      answer: `
      \`\`\`
      /find deploy friday in=#ops from=bob
      /find "release notes" invoi*
      \`\`\`
      Every word must occur; \`"…"\` is a phrase, \`word*\` a beginning. \`in=\` a room or a person, \`from=\` who said it, \`before=SEQ\` for older results. It searches all that you may read, newest first. (\`/search QUESTION\` is something else: it asks the AI bot in the room.) Or ask me: "what did bob say about the release?"
    `,
    },
    {
      id: "parley.history",
      title: "reading history",
      cues: `
      yesterday messages 1.5, scroll up 3, transcript 3, see old 1.5, older 2, previous 1,
      conversation 0.7, so far in room 1.5, read up 1, backlog 3, history 2, /history 5,
      earlier messages 3.5, older messages 3.5, old messages 2, previous messages 3.5,
      last messages 2.5, scroll back 3, past messages 3, before i came 3, before i joined 3.5,
      written before 2, read again 1.5, said before 2, earlier 1.5, what was written 1.5,
      more messages 2, last _ messages 2, show more 1, show last 1, log 0.7, scrollback 3.5,
      what did i miss 1.5, export 1.5, roman -4, empire -4, history of -1.5, world history -3,
      browser history -4
    `,
      answer: `
      \`\`\`
      /history                    the last 20 messages of the current room
      /history #tea 200           up to 200
      /history bob before=4711    your conversation with Bob, before position 4711
      /history thermometer1/feed  what the thermometer published
      \`\`\`
      \`after=SEQ\` and \`around=SEQ\` work too. A member reads the whole history of a room, also from before joining. On the web page just scroll up; over HTTP: \`GET /api/messages/%23tea?limit=200\`.
    `,
    },
    {
      id: "parley.users",
      title: "who is online",
      cues: `
      who else 2.5, in lobby 1.5, is anybody 1.5, who is around 2.5, people are 1, see who 1.5,
      online users 1, people online 2, who online 4, online 2, who is here 3, who is in room 3,
      people room 3, list people 2.5, list users 3.5, users 1.5, members 2, members room 2,
      participants 2, /users 5, /who 5, who else here 3, anyone here 2.5, anybody here 2.5,
      is _ online 3, present 0.7, people here 2, how many people 1.5, user list 3, how many users 2,
      last seen 2
    `,
      answer: `
      \`/users\` lists who is online, bots included; \`/users #tea\` the members of a room, online or not. Over HTTP: \`GET /api/users\`. The web page shows it beside the conversation. You see others come and go where you share a room of at most 200 members.
    `,
    },
    {
      id: "parley.rooms",
      title: "the list of rooms",
      cues: `
      where can i talk 1.5, other rooms 2.5, overview rooms 2, browse 1.5, which rooms 3.5,
      list rooms 4, list room 3.5, all rooms 3, rooms there 2, what rooms 3, room list 3.5, /list 5,
      /rooms 5, show rooms 3, available rooms 3, available channels 2.5, channels 1.5,
      existing rooms 3, rooms 1.5, chat rooms 0.5, list channels 3, how many rooms 2, public rooms 2,
      which channels 2.5, room temperature -4, rooms rent -4, hotel -4
    `,
      answer: `
      \`/list\` shows every room with its members and how many are online; all rooms are public. \`/conversations\` shows your own rooms, direct conversations and subscriptions, with what is unread. Over HTTP: \`GET /api/rooms\`. \`/join NAME\` enters one, or makes it.
    `,
    },
    {
      id: "parley.unread",
      title: "unread messages and read markers",
      cues: `
      not read yet 2.5, new messages count 2, already read 1.5, unread 3.5, unread count 2,
      read marker 4, mark read 3.5, mark as read 3, /seen 5, seen 1, read receipt 3,
      typing indicator 4, /typing 5, is typing 2, conversations 1.5, /conversations 5,
      notification 1.5, notifications 1.5, did he read my message 2
    `,
      answer: `
      \`/conversations\` lists your rooms, direct conversations and subscriptions with what is unread in each. \`/seen #tea 4711\` moves your read marker (forward only), which your other connections see too; clients do it by themselves. Others are not told what you have read. \`/typing #tea\` shows the others for 5 s that you are typing.
    `,
    },
    {
      id: "parley.commands",
      title: "the commands",
      cues: `
      commands 2.5, all commands 2, list commands 3, slash commands 3.5, slash command 3,
      which commands 2, available commands 2, /help 5, command list 3, what commands 2, command 1,
      help command 2, cheat sheet 2, commands exist 2
    `,
      answer: `
      Rooms: \`/join ROOM\`, \`/leave [#room]\`, \`/list\`, \`/users [#room]\`, \`/history\`, \`/find WORDS\`.
      Talking: \`/say TEXT\`, \`/msg NAME TEXT\` (or \`name: text\`), \`/ask QUESTION\`, \`/stop\`, \`/typing\`.
      Catching up: \`/check\` (\`!check\`), \`/conversations\`, \`/seen\`.
      Devices: \`/subscribe NAME\`, \`/unsubscribe NAME\`.
      Yourself: \`/login\`, \`/register\`, \`/nick NEW\`, \`/password NEW [OLD]\`, \`/quit\`. And \`/ping\`.

      \`/help COMMAND\` tells how one is used.
    `,
    },
    {
      id: "parley.curl",
      title: "HTTP and curl",
      cues: `
      is there api 2, http request 2, automate 1, post automatically 1.5, from program 1.5,
      command line 1, notify 0.7, build server 1.5, curl 4, http api 4, api 1.5, rest api 3, rest 0.7,
      http 0.7, over http 2, post http 2, shell script 2.5, webhook 2.5, from script 2, bearer 2,
      endpoint 0.3, from command line 1.5, send script 1.5, cron 2, ci 0.7, stream 0.5, script 0.7
    `,
      answer: `
      \`\`\`sh
      curl -s -X POST http://127.0.0.1:8080/api/login -d '{"name":"ann"}'            # gives a token
      curl -d 'build failed' -H 'Authorization: Bearer TOKEN' \\
           http://127.0.0.1:8080/api/messages/%23general                              # say it in #general
      curl -H 'Authorization: Bearer TOKEN' 'http://127.0.0.1:8080/api/messages/%23general?limit=20'
      curl -H 'Authorization: Bearer TOKEN' 'http://127.0.0.1:8080/api/search?q=deploy'
      curl -N -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/api/stream      # all you get, as JSON lines
      \`\`\`
      \`%23\` is \`#\`; a user's name in its place sends a direct message. Also \`GET /api/rooms\`, \`/api/users\`, \`/api/conversations\`. Instead of a token: \`-u name:password\`.
    `,
    },
    {
      id: "parley.nc",
      title: "netcat and telnet",
      cues: `
      nc 4, netcat 5, telnet 4.5, ncat 5, socat 4, text mode 3, raw tcp 3, tcp 2, port 5000 3,
      plain socket 2.5, raw socket 2, socket 0.7, port 1, putty 3
    `,
      answer: `
      \`\`\`
      $ nc 127.0.0.1 5000
      Enter your username:
      ann
      hello everybody              to the current room, at first the lobby
      bob: are you there?          to Bob alone
      /join tea                    another room
      !check                       what you have not been sent yet
      exit
      \`\`\`
      The port is 5000. A name with a password is asked for it. From a script: \`printf 'ann\\nbuild done\\n' | nc -N 127.0.0.1 5000\`. If the first line begins with \`{\`, the connection speaks JSON lines instead.
    `,
    },
    {
      id: "parley.websocket",
      title: "Parley over WebSocket",
      cues: `
      websocket parley 2, websocket chat 2, websocket url chat 3, websocket this server 2,
      websocket here 2, url 0.7, ws endpoint 2, parley.v1.lines 5, parley websocket 2,
      browser connect chat 1.5, websocket api 1.5, chat websocket 1.5, websocket 1
    `,
      answer: `
      \`ws://127.0.0.1:8080/ws\`: each text frame holds one JSON envelope. From a web page of another origin the operator has to allow it (\`--allow-origin\`).

      \`\`\`ts
      const socket = new WebSocket("ws://127.0.0.1:8080/ws");
      const send = (message: object) => socket.send(JSON.stringify(message));
      socket.onopen = () => {
        send({ type: "command", message: "/login ann" });
        send({ type: "chat", destination: "#general", message: "hello", id: crypto.randomUUID() });
      };
      socket.onmessage = ({ data }) => console.log(JSON.parse(data));
      \`\`\`
      Offer the subprotocol \`parley.v1.lines\` to get several envelopes in a frame, one a line: faster in busy rooms.
    `,
    },
    {
      id: "parley.json",
      title: "the JSON protocol",
      cues: `
      json mode 4, json lines 2, envelope 4, fields message 3.5, message fields 3, message format 3.5,
      json 1.5, protocol 1.5, wire format 3, metadata 2, seq 2.5, json message 2, write client 3,
      write own client 3.5, own client 3, message type 1.5, custom client 3, microcontroller 1.5,
      arduino 1.5, esp32 1.5, timestamp 0.7
    `,
      answer: `
      A line over TCP, or a WebSocket frame, is one envelope:

      \`\`\`json
      {"type":"chat","sender":"ann","destination":"#general","message":"hello",
       "timestamp":"2026-11-21T10:00:00.000Z","metadata":{},"id":"a1","seq":4711}
      \`\`\`
      You send \`type\` (\`chat\`, \`command\` or \`subscription\`), \`destination\` (\`#room\` or a name), \`message\`, and if you like \`id\` (makes sending again safe) and \`metadata\`. The server sets \`sender\`, \`timestamp\` and \`seq\`, its position in the log. Begin with \`{"type":"command","message":"/login ann"}\`. Replies and errors are of type \`notification\`; \`metadata.code\` says which, \`metadata.reply_to\` holds your \`id\`. The whole contract is docs/protocol.md.
    `,
    },
    {
      id: "parley.bots",
      title: "writing a bot",
      cues: `
      connect sensor 2.5, automation 2, home automation 1, automatically 0.7, bot account 3,
      write bot 4, own bot 4, build bot 4, make bot 3, create bot 4, bot token 5, token bot 3,
      bot account 3.5, bot 1, bots 1.5, program bot 2, connect device 3, raspberry 2, pi 1,
      connect bot 3, device 1, publish readings 3, publish 1.5, iot 2.5, service 0.5, custom bot 3,
      add bot 3, post readings 2, readings subscribe 1.5, token 1.5, integrate 1.5, integration 1.5,
      people subscribe 1, arduino 1
    `,
      answer: `
      A bot is an ordinary client with a bot's account. The operator runs

      \`\`\`sh
      deno task bot-token weather          # prints the token
      \`\`\`
      and the bot logs in with it, over TCP, WebSocket or HTTP, from anywhere: \`{"type":"command","message":"/login weather","metadata":{"token":"…"}}\`.
      To publish readings that people subscribe to with \`/subscribe weather\`, it sends \`{"type":"subscription","message":"12.5 °C","metadata":{"celsius":12.5}}\`. What is said to it directly arrives as a \`chat\`. Nothing that a bot says triggers another bot. bots/thermometer.ts is a small example.
    `,
    },
    {
      id: "parley.limits",
      title: "limits and rates",
      cues: `
      long text 2, paste 1, big text 1.5, too long 2.5, slow down 1.5, throttled 2.5, kicked 1.5,
      how fast send 2, how much text 2, maximum length 3, max length 3, message length 3,
      length&message 2, length 1, rate limit 4, rate limited 4, rate_limited 5, rate limits 4,
      limit 1.5, limits 2, too fast 3, messages per second 4, per second 1.5, how many messages 2.5,
      how long message 3, how big message 2.5, long messages 1.5, too_long 5, message size 3,
      maximum 1, spam 1.5, flood 1.5, slow_consumer 5, line_too_long 5, biggest message 2.5,
      maximum size 2, refused 0.7, characters 0.7
    `,
      answer: `
      - A message: 16 KiB of text; its metadata 4 KiB; a line or frame 64 KiB.
      - Rate: bursts of 20, then 5 messages a second. Faster is first read more slowly; then refused with \`rate_limited\`, and \`retry_after_ms\` says when to send again, in order. Bots are exempt.
      - A reply: 256 KiB. History: 200 messages a page. After an absence: the newest 10,000.
      - A reader that leaves more than 1 MiB unread is closed with \`slow_consumer\` and resumes.
      - A login must come within 60 s.

      The operator can lift the rate with \`--no-rate-limit\`.
    `,
    },
    {
      id: "parley.errors",
      title: "errors",
      cues: `
      error code 3, error codes 3.5, error mean 1.5, not_logged_in 5, not_a_member 5, id_conflict 5,
      unknown_command 5, bad_json 5, bad_message 5, bad_arguments 5, forbidden 1.5, no_such_room 5,
      no_such_user 5, store_unavailable 5, login_timeout 5, idle_timeout 5, too_many_connections 4,
      server error 2, error message parley 2
    `,
      answer: `
      An error is a \`notification\` with \`metadata.code: "error"\` and the kind in \`metadata.error\`; its words say what to do. A request that fails changes nothing, and most errors keep the connection.
      - \`not_logged_in\`: send \`/login NAME\` first. \`not_a_member\`: \`/join\` the room. \`forbidden\`, \`no_such_room\`, \`no_such_user\`: as they say.
      - \`bad_json\`, \`bad_message\`, \`bad_arguments\`, \`unknown_command\`: the request itself is wrong.
      - \`rate_limited\`: wait \`retry_after_ms\`. \`store_unavailable\`: nothing was stored, send again with the same \`id\`. \`id_conflict\`: this id was used for another message.
      - These close: \`line_too_long\`, \`too_many_connections\`, \`login_timeout\`, \`idle_timeout\`, \`slow_consumer\`.
    `,
    },
    {
      id: "parley.storage",
      title: "what is stored, and what is promised",
      cues: `
      power cut 2.5, disk 1, safe 1, delete data 1.5, delete my data 2.5, retention 3,
      read by admin 1.5, survive 1.5, stored 2, store 1, messages stored 3, stored where 1.5,
      where stored 1.5, keep data 2.5, data 0.7, database parley 2.5, parley database 2,
      lose messages 3.5, messages lost 3, lost 1, crash 1.5, crashes 1.5, server crashes 2, kept 1.5,
      how long kept 3, privacy 3, encrypted 3, encryption 2.5, who can read 3, delivery guarantee 3,
      guarantee 1.5, parley sqlite 2, exactly once parley 1.5, backup 1.5, saved 1.5, logged 1, gdpr 2,
      server restart 2, restart 1, reliable 1, messages deleted 2, messages safe 2, read my messages 2,
      message order 1.5
    `,
      answer: `
      Every message is stored before it is acknowledged or delivered: a crash or a power cut loses nothing that was acknowledged. It is kept in an SQLite file of the server, \`data/parley.db\` (look with \`sqlite3 data/parley.db 'SELECT * FROM chat_log'\`), together with names, memberships, subscriptions and read markers. Passwords are stored as scrypt hashes, tokens as SHA-256.

      Messages are kept without end and not encrypted there: other users read only their own rooms and direct messages, but whoever runs the server can read the file. Typing signs and presence are not stored. Sending again with the same \`id\` doubles nothing, and all see one order, that of \`seq\`.
    `,
    },
    {
      id: "parley.ai",
      title: "the AI bot and its personalities",
      cues: `
      ask the ai 2.5, ask question 1, answer in spanish 2, ai answer 2, ai bot 1.5, own model 2,
      local model 2.5, ai 2.5, ai model 3, real ai 2, gpt 3, chatgpt 1.5, openai 4, openai_api_key 6,
      api key 3, ollama 4.5, groq 4, openrouter 5, llm 3.5, language model 3, personality 4,
      personalities 4, angry 2.5, happy 1.5, spanish 2, rotate 2, configure endpoint 3, endpoint 1.5,
      configure 1, /ask 5, /search 3, /aibot 5, aibot 2, ask ai 2.5, ask bot 2, bot angry 2,
      bot happy 2, bot spanish 2, speak spanish 1, claude 2, model 1, intelligent 0.7, stupid 1,
      smarter 2, /stop 5, stop answer 3, stop ai 3, personality happy 1, talk ai 1.5, mood 1, grumpy 1,
      friendly 0.7, gemini 2, mistral 2
    `,
      answer: `
      In a room \`/ask QUESTION\` (also \`/search\`, \`/AIBot\`) asks the AI bot, and all there see the answer; directly: write to the bot. \`/stop\` ends an answer that is being written.

      Now I, the built-in agent \`aibot\`, answer, since no model is configured. The operator changes that in \`.env\` and restarts; any OpenAI-compatible endpoint will do:

      \`\`\`sh
      OPENAI_API_KEY=…                              # your key
      OPENAI_BASE_URL=http://127.0.0.1:11434/v1     # Ollama; or OpenRouter's or Groq's; left out: OpenAI
      OPENAI_MODEL=llama3.2
      \`\`\`
      Then the bot \`openai\` answers. Its personalities are happy, angry and spanish: say \`personality angry\` to it directly, \`rotate\` for the next one, \`memory\` to see what it remembers of the conversation, \`reset\` to make it forget.
    `,
    },
    {
      id: "parley.server",
      title: "running the server",
      cues: `
      run server 3.5, start server 3.5, host server 2.5, deploy parley 3, install parley 3.5,
      set up parley 3, operator 1.5, server flags 2.5, configure server 2.5, change port 3, docker 1.5,
      run parley 3.5, start parley 3.5, host parley 3, own server 2.5, deno task start 4, metrics 1.5,
      healthz 4, load test 2, self host 3, log files 1.5
    `,
      answer: `
      \`\`\`sh
      deno task start
      \`\`\`
      starts all: TCP on 127.0.0.1:5000, the web page on 127.0.0.1:8080, data in \`data/\`, logs in \`logs/\`, the thermometer and the AI bot. Flags (or \`PARLEY_…\` variables, or \`.env\`): \`--host\`, \`--port\`, \`--web-port\`, \`--data DIR\`, \`--log-dir DIR\`, \`--lobby '#general'\`, \`--no-web\`, \`--no-thermometer\`, \`--no-openai\`, \`--thermometer-interval SECONDS\`, \`--allow-origin URL\`, \`--no-rate-limit\`, \`--console\`; \`--help\` explains them. \`GET /healthz\` says whether it is well, \`/metrics\` gives figures to Prometheus. Ctrl-C stops it in order.
    `,
    },
  ],
);
