/** All keys of the page, in one table: what the page listens to and what the sheet of keys shows are made from it. */

/** What the page itself does on a key; the view says how. */
export type Action =
  | "switcher"
  | "search"
  | "sheet"
  | "escape"
  | "previous"
  | "next"
  | "previous unread"
  | "next unread"
  | "members";

export interface Shortcut {
  /**
   * Other ways to press it, each as modifiers and the key's name (as in KeyboardEvent.key), joined by `+`. `Mod` is Ctrl, on Macs Cmd.
   */
  readonly keys: readonly string[];
  readonly does: string;
  readonly holds:
    | "anywhere"
    /** Not where the key writes something. */
    | "not while typing"
    | "in the message field"
    | "in lists";
  /** Without one, what has the focus handles the key by itself. */
  readonly action?: Action;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["Mod+K"], does: "Go to a room, a person or a command", holds: "anywhere", action: "switcher" },
  { keys: ["Alt+ArrowUp"], does: "Previous conversation", holds: "anywhere", action: "previous" },
  { keys: ["Alt+ArrowDown"], does: "Next conversation", holds: "anywhere", action: "next" },
  {
    keys: ["Alt+Shift+ArrowUp"],
    does: "Previous unread conversation",
    holds: "anywhere",
    action: "previous unread",
  },
  {
    keys: ["Alt+Shift+ArrowDown", "Alt+A"],
    does: "Next unread conversation",
    holds: "anywhere",
    action: "next unread",
  },
  { keys: ["Mod+Shift+F"], does: "Search", holds: "anywhere", action: "search" },
  { keys: ["/"], does: "Search", holds: "not while typing", action: "search" },
  { keys: ["Alt+M"], does: "Show or hide the members of the room", holds: "anywhere", action: "members" },
  {
    keys: ["Escape"],
    does: "Close what is open, then go to the message field, then to the latest message",
    holds: "anywhere",
    action: "escape",
  },
  { keys: ["Mod+/"], does: "Show all keys", holds: "anywhere", action: "sheet" },
  { keys: ["?"], does: "Show all keys", holds: "not while typing", action: "sheet" },
  {
    keys: ["Enter"],
    does: "Send the message; in a code block, begin a new line",
    holds: "in the message field",
  },
  { keys: ["Mod+Enter"], does: "Send the message, also from a code block", holds: "in the message field" },
  { keys: ["Shift+Enter"], does: "Begin a new line", holds: "in the message field" },
  {
    keys: ["ArrowUp", "ArrowDown"],
    does: "In an empty field: what you sent before",
    holds: "in the message field",
  },
  { keys: ["Tab"], does: "Complete @name, #room, /command or :emoji:", holds: "in the message field" },
  { keys: ["ArrowUp", "ArrowDown"], does: "Previous and next entry", holds: "in lists" },
  { keys: ["Home", "End"], does: "First and last entry", holds: "in lists" },
  { keys: ["Enter"], does: "Open the entry", holds: "in lists" },
];

/** Of a key event (KeyboardEvent), what the table is compared with. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly keyCode: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
}

/** While an input method composes, browsers report this code for every key (UI Events, section 5.3.7). */
const COMPOSING = 229;

export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** The action that a key press asks for. */
export function actionOf(press: KeyPress, isTyping: boolean, mac = isMac): Action | undefined {
  if (press.isComposing || press.keyCode === COMPOSING) return undefined;
  return SHORTCUTS.find(({ keys, holds, action }) =>
    action !== undefined && !(isTyping && holds === "not while typing") &&
    keys.some((each) => isPressed(each, press, mac))
  )?.action;
}

function isPressed(keys: string, press: KeyPress, mac: boolean): boolean {
  const { modifiers, key } = parts(keys);
  const isSign = key.length === 1 && !/[A-Z]/.test(key);
  return press.ctrlKey === (modifiers.has("Mod") && !mac) &&
    press.metaKey === (modifiers.has("Mod") && mac) &&
    press.altKey === modifiers.has("Alt") &&
    // Which signs need Shift depends on the keyboard.
    (isSign || press.shiftKey === modifiers.has("Shift")) &&
    keyOf(press) === key;
}

/** With Alt, Macs turn letters into signs: there the place of the key counts. */
function keyOf({ key, code, altKey }: KeyPress): string {
  if (altKey && /^Key[A-Z]$/.test(code) && !/^[a-z]$/i.test(key)) return code.slice("Key".length);
  return key.length === 1 ? key.toUpperCase() : key;
}

const WORDS: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
};
const MAC_SIGNS: Readonly<Record<string, string>> = { Mod: "⌘", Alt: "⌥", Shift: "⇧", Enter: "↩" };

/** How the keys are called where the page is shown, one by one. */
export function labelsOf(keys: string, mac = isMac): readonly string[] {
  const { modifiers, key } = parts(keys);
  return [...modifiers, key].map((each) =>
    (mac ? MAC_SIGNS[each] : undefined) ?? WORDS[each] ?? (each === "Mod" ? "Ctrl" : each)
  );
}

/** As `aria-keyshortcuts` has it. */
export function ariaKeys(keys: string, mac = isMac): string {
  return keys.replace("Mod", mac ? "Meta" : "Control");
}

function parts(keys: string): { modifiers: ReadonlySet<string>; key: string } {
  const all = keys.split("+");
  const key = all.pop()!;
  return { modifiers: new Set(all), key };
}
