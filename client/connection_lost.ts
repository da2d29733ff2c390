/** Thrown where a request got no answer, because the connection was lost or the client closed. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}
