/** Small sums: `12 * (3 + 4)`, `17.5% of 80`, `2^10`. */

const ASKED =
  /^(?:(?:please|hey|hi)[, ]+)?(?:what(?:'s|s| is)|how much is|calculate|compute|work out|eval|solve)?\s*(.+?)\s*[=?.!]*$/i;
const TOKEN = /\d+(?:\.\d+)?|\*\*|[-+*/^()]/g;
const QUESTION_MAX = 150;

/** The sum that a question consists of, and its value; undefined where it is none. */
export function calculationIn(question: string): { expression: string; value: number } | undefined {
  if (question.length > QUESTION_MAX) return undefined;
  const expression = ASKED.exec(question.trim())?.[1] ?? "";
  const plain = inSymbols(expression);
  if (/\d{4}-\d\d-\d\d/.test(plain)) return undefined;
  if (!/^[-+*/^().\d\s]+$/.test(plain) || !/\d\s*[-+*/^]/.test(plain)) return undefined;
  const value = new Calculation(plain.match(TOKEN) ?? []).value();
  return value === undefined ? undefined : { expression, value };
}

function inSymbols(expression: string): string {
  return expression.toLowerCase()
    .replace(/(\d(?:[\d.]*\d)?)\s*(?:%|percent) of\b/g, "$1 / 100 *")
    .replaceAll("×", "*").replaceAll("÷", "/").replaceAll("**", "^")
    .replace(/\bdivided by\b/g, "/").replace(/\bplus\b/g, "+").replace(/\bminus\b/g, "-")
    .replace(/\btimes\b|(?<=\d)\s*x\s*(?=\d)/g, "*")
    .replace(/(?<=\d),(?=\d{3}\b)/g, "");
}

/** Reads tokens from left to right: sums of products of powers. */
class Calculation {
  readonly #tokens: readonly string[];
  #place = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Undefined where it cannot be read, or is no finite number. */
  value(): number | undefined {
    const value = this.#sum();
    return this.#place === this.#tokens.length && Number.isFinite(value) ? value : undefined;
  }

  #sum(): number {
    let value = this.#product();
    while (this.#next === "+" || this.#next === "-") {
      value = this.#take() === "+" ? value + this.#product() : value - this.#product();
    }
    return value;
  }

  #product(): number {
    let value = this.#power();
    while (this.#next === "*" || this.#next === "/") {
      value = this.#take() === "*" ? value * this.#power() : value / this.#power();
    }
    return value;
  }

  #power(): number {
    if (this.#next === "-") {
      this.#take();
      return -this.#power();
    }
    const base = this.#single();
    if (this.#next !== "^") return base;
    this.#take();
    return base ** this.#power();
  }

  #single(): number {
    const token = this.#take();
    if (token !== "(") return Number(token ?? NaN);
    const value = this.#sum();
    return this.#take() === ")" ? value : NaN;
  }

  get #next(): string | undefined {
    return this.#tokens[this.#place];
  }

  #take(): string | undefined {
    return this.#tokens[this.#place++];
  }
}
