/** Where a server that listens on an interface can be reached, as one types it on the same machine. */

/** IPv6 takes IPv4 in too. */
const ALL_INTERFACES: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** @param host an interface as `--host` takes it, an IPv6 address with brackets or without */
export function reachable(host: string): { address: string; isAll: boolean } {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const isAll = ALL_INTERFACES.has(bare);
  return { address: isAll ? "127.0.0.1" : bare, isAll };
}

/** An address as it stands in a URL. */
export function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
