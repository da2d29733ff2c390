/** IRC servers in C, C++ and Go. Their limits, meant for strangers, are lifted. */

import type { Subject } from "../subject.ts";
import { peer } from "./peer.ts";

export const NGIRCD: Subject = peer({
  id: "ngircd",
  title: "ngIRCd",
  wire: "irc",
  launch: (port) => ({
    command: ["ngircd", "--nodaemon", "--config", "ngircd.conf"],
    env: SYSTEM_PATH,
    files: { "ngircd.conf": ngircdConfig(port) },
  }),
});

export const INSPIRCD: Subject = peer({
  id: "inspircd",
  title: "InspIRCd",
  wire: "irc-by-second",
  launch: (port, folder) => ({
    command: ["inspircd", "--runasroot", "--nofork", "--nopid", "--config", `${folder}/inspircd.conf`],
    env: SYSTEM_PATH,
    files: { "inspircd.conf": inspircdConfig(port, folder), "motd": "" },
  }),
});

/** @param path of the binary; Debian's package of that name is another program */
export function ergo(path: string): Subject {
  return peer({
    id: "ergo",
    title: "Ergo",
    wire: "irc",
    launch: (port, folder) => ({
      before: [path, "initdb", "--conf", "ergo.json"],
      command: [path, "run", "--conf", "ergo.json", "--quiet"],
      files: { "ergo.json": JSON.stringify(ergoConfig(port, folder)) },
    }),
  });
}

/** Debian puts servers where a user's path does not lead. */
const SYSTEM_PATH = { PATH: `${Deno.env.get("PATH")}:/usr/sbin` };

function ngircdConfig(port: number): string {
  return `[Global]
Name = bench.example.net
AdminInfo1 = bench
AdminEMail = bench@example.net
Info = bench
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = bench
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 16
MaxPenaltyTime = 0
PingTimeout = 600
PongTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
`;
}

function inspircdConfig(port: number, folder: string): string {
  return `<config format="xml">
<server name="bench.example.net" description="bench" network="bench">
<admin name="bench" nick="bench" email="bench@example.net">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect name="all" allow="*" timeout="60" pingfreq="600s" hardsendq="256M" softsendq="256M" recvq="1M"
  threshold="1000000000" commandrate="1000000000" fakelag="no" localmax="20000" globalmax="20000"
  resolvehostnames="no" useident="no" usednsbl="no" maxchans="1000" limit="20000">
<performance softlimit="20000" somaxconn="4096" quietbursts="yes" netbuffersize="65534">
<limits maxnick="16" maxchan="64">
<options defaultmodes="nt" splitwhois="no">
<files motd="${folder}/motd">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="${folder}/inspircd.log">
`;
}

/** YAML is a superset of JSON. Without accounts and history on disk. */
function ergoConfig(port: number, folder: string): unknown {
  const most = 1_000_000;
  return {
    network: { name: "bench" },
    server: {
      name: "bench.example.net",
      listeners: { [`127.0.0.1:${port}`]: {} },
      casemapping: "ascii",
      "enforce-utf8": true,
      "lookup-hostnames": false,
      "check-ident": false,
      "max-sendq": "64M",
      "ip-limits": { count: false, throttle: false },
      "ip-cloaking": { enabled: false },
    },
    accounts: {
      registration: { enabled: false },
      "login-throttling": { enabled: false },
      multiclient: { enabled: false },
    },
    channels: { "default-modes": "+n", registration: { enabled: false } },
    limits: {
      nicklen: 32,
      identlen: 20,
      realnamelen: 150,
      channellen: 64,
      awaylen: 390,
      kicklen: 390,
      topiclen: 390,
      "monitor-entries": 100,
      "whowas-entries": 100,
      "chan-list-modes": 60,
      "registration-messages": 1024,
    },
    fakelag: { enabled: false },
    history: { enabled: true, "channel-length": 2048, "client-length": 256, "chathistory-maxmessages": 1000 },
    datastore: { path: `${folder}/ircd.db`, autoupgrade: true },
    languages: { enabled: false },
    logging: [{ method: "stderr", type: "*", level: "error" }],
    "max-connections": most,
  };
}
