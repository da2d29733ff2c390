/** An OpenAI-compatible endpoint that answers as a test tells it to, over real HTTP. */

import { Mailbox } from "./scripted_server.ts";

export interface FakeMessage {
  readonly role: string;
  readonly content: string;
}

export interface FakeRequest {
  readonly path: string;
  readonly authorization: string | null;
  readonly model: string;
  readonly messages: readonly FakeMessage[];
  readonly isStream: boolean;
}

/** What the endpoint does with one request. `over` resolves when the test ends. */
export type Script = (request: FakeRequest, over: Promise<void>) => Response | Promise<Response>;

export class FakeOpenAiServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #scripts: Script[] = [];
  readonly #arrived = new Mailbox<FakeRequest>();
  readonly #left = new Mailbox<FakeRequest>();
  readonly #over = Promise.withResolvers<void>();
  readonly requests: FakeRequest[] = [];

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#handle(request),
    );
  }

  get baseURL(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/v1`;
  }

  /** Answers the next requests so, one each. A request without a script is answered with "Fine." */
  script(...scripts: readonly Script[]): void {
    this.#scripts.push(...scripts);
  }

  /** The next request, when it has come. */
  next(): Promise<FakeRequest> {
    return this.#arrived.take();
  }

  /** The next request whose client has gone before its answer was whole. */
  nextLeft(): Promise<FakeRequest> {
    return this.#left.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.resolve();
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const text = await request.text();
    const body = text === "" ? {} : JSON.parse(text);
    const arrived = {
      path: new URL(request.url).pathname,
      authorization: request.headers.get("authorization"),
      model: body.model,
      messages: body.messages ?? [],
      isStream: body.stream === true,
    };
    request.signal.addEventListener("abort", () => this.#left.put(arrived));
    this.requests.push(arrived);
    this.#arrived.put(arrived);
    return await (this.#scripts.shift() ?? answer("Fine."))(arrived, this.#over.promise);
  }
}

/** The pieces, and the end that is asked for. */
export function answer(...pieces: readonly string[]): Script {
  return () => stream([...pieces.map(delta), finish("stop"), DONE]);
}

export function answerEndingWith(reason: string, ...pieces: readonly string[]): Script {
  return () => stream([...pieces.map(delta), finish(reason), DONE]);
}

/** An error as OpenAI writes it. `message` holds what must never be shown. */
export function status(status: number, code: string | null = null, headers: HeadersInit = {}): Script {
  const error = { message: "upstream secret sk-upstream", type: "some_error", param: null, code };
  return () => Response.json({ error }, { status, headers });
}

/** Sends these events and then nothing more, until the client goes. */
export function stall(...pieces: readonly string[]): Script {
  return () => stream(pieces.map(delta), () => {});
}

/** Sends these and then breaks the connection: more bytes were promised than come. */
export function cut(...pieces: readonly string[]): Script {
  return () => {
    const response = stream(pieces.map(delta));
    response.headers.set("content-length", "100000");
    return response;
  };
}

/** Takes the request and does not answer. */
export function silence(): Script {
  return (_, over) => over.then(() => new Response());
}

export function raw(body: BodyInit | null, contentType = "text/event-stream", status = 200): Script {
  return () => new Response(body, { status, headers: { "content-type": contentType } });
}

/** These events, and a clean end. */
export function events(...lines: readonly string[]): Script {
  return () => stream(lines);
}

/** Sends these bytes and then breaks the connection. */
export function cutBytes(bytes: Uint8Array<ArrayBuffer>): Script {
  return () =>
    new Response(streamOf([bytes]), {
      headers: { "content-type": "text/event-stream", "content-length": "100000" },
    });
}

/** One byte a chunk. */
export function byteByByte(text: string): Script {
  const bytes = new TextEncoder().encode(text);
  return () =>
    new Response(streamOf(Array.from(bytes, (byte) => Uint8Array.of(byte))), {
      headers: { "content-type": "text/event-stream" },
    });
}

export function redirect(location: string, status = 302): Script {
  return () => new Response("upstream moved", { status, headers: { location } });
}

/** A stream of events that is small on the wire and has no end when it is inflated. */
export function gzipBomb(status = 200): Script {
  return () => {
    const zeros = new Uint8Array(64 * 1024);
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: (to) => to.enqueue(zeros) });
    const headers = { "content-type": "text/event-stream", "content-encoding": "gzip" };
    return new Response(endless.pipeThrough(new CompressionStream("gzip")), { status, headers });
  };
}

/** An answer that the test sends byte by byte. */
export class Dribble {
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly script: Script = () => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (to) => void (this.#controller = to) });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };

  send(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text));
  }
}

export const DONE = "data: [DONE]\n\n";

export function delta(content: string): string {
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

export function finish(reason: string): string {
  return event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
}

export function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function stream(
  events: readonly string[],
  end = (controller: ReadableStreamDefaultController<Uint8Array>) => controller.close(),
): Response {
  const encoder = new TextEncoder();
  const body = streamOf(events.map((event) => encoder.encode(event)), end);
  return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

function streamOf(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  end = (controller: ReadableStreamDefaultController<Uint8Array>) => controller.close(),
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const next = chunks[at++];
      if (next === undefined) end(controller);
      else controller.enqueue(next);
    },
  });
}
