/** What Parley is, at a glance, beside the sign-in where there is room: a person, a device and an AI in one conversation. A picture, so it says nothing to a screen reader. */

import { Avatar } from "./controls/avatar.tsx";

interface Line {
  readonly name: string;
  readonly words: string;
  readonly kind: "person" | "device" | "mind";
}

const LINES: readonly Line[] = [
  { name: "grace", kind: "person", words: "Is it warm enough to put the tomatoes out?" },
  { name: "thermometer", kind: "device", words: "21.4 °C" },
  { name: "openai", kind: "mind", words: "Yes. It has stayed above 12 °C for six nights." },
  { name: "linus", kind: "person", words: "Then I bring the plants at five." },
];

export function SampleTalk() {
  return (
    <div class="talk" aria-hidden="true">
      {LINES.map(({ name, words, kind }) => (
        <div class="talk-line" data-kind={kind} key={name}>
          <Avatar name={name} bot={kind !== "person"} />
          <div class="talk-words">
            <p class="talk-name">{name}</p>
            <p>{words}</p>
            {kind === "device" && <Curve />}
          </div>
        </div>
      ))}
    </div>
  );
}

/** A day's temperatures. */
function Curve() {
  return (
    <svg class="talk-curve" viewBox="0 0 160 32">
      <path d="M2 24c14 4 22 6 34 3s18-13 32-17 20 1 30-2 18-6 28-4 18 2 32-2" />
    </svg>
  );
}
