/** What an AI bot is, how it answers this user, and what it remembers of the conversation. */

import { isSameUser } from "../../state/keys.ts";
import type { MemoryFacts } from "../../state/services/service_facts.ts";
import { Avatar } from "../controls/avatar.tsx";
import { Icon } from "../controls/icon.tsx";
import { useChat } from "../chat_context.ts";
import { Panel } from "../dialogs/panel.tsx";
import { momentWords } from "./reading_words.ts";

/** The AI bot that has a model, and with it personalities and a memory. */
const WITH_MODEL = "openai";
const PERSONALITIES: readonly { readonly name: string; readonly words: string }[] = [
  { name: "happy", words: "Warm and cheerful" },
  { name: "angry", words: "Grumpy, but right" },
  { name: "spanish", words: "Answers in Spanish" },
];

export function AiPanel({ name, onClose }: { name: string; onClose: () => void }) {
  const chat = useChat();
  const hasModel = isSameUser(name, WITH_MODEL);
  const isOnline = chat.presence.isOnline(name);
  return (
    <Panel
      title={`About ${name}`}
      kind="ai-panel"
      closeLabel={`Close what is about ${name}`}
      onClose={onClose}
    >
      <div class="panel-body ai-panel-body">
        <section class="ai-what">
          <Avatar name={name} bot />
          <p>
            {hasModel
              ? "An AI with a language model. It can be wrong. Ask it here, or ask it in a room, where all see the answer."
              : "A built-in agent: a table of topics, without a language model. It knows its topics and no more."}
          </p>
          <SayButton name={name} text="help">Help</SayButton>
        </section>
        {!isOnline && <p class="ai-away">It is offline. What you ask now it may find when it is back.</p>}
        {hasModel && <Personalities name={name} />}
        <Memory name={name} hasModel={hasModel} />
        <Quota name={name} />
      </div>
    </Panel>
  );
}

/** Which one the bot has is known from what it said last; before that, none is marked. */
function Personalities({ name }: { name: string }) {
  const active = useChat().services.of(name).personality;
  return (
    <section class="ai-part" role="group" aria-label="Personality">
      <h3>Personality</h3>
      <ul class="ai-choices">
        {PERSONALITIES.map((each) => (
          <li key={each.name}>
            <PersonalityButton bot={name} {...each} isActive={each.name === active} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PersonalityButton(
  { bot, name, words, isActive }: { bot: string; name: string; words: string; isActive: boolean },
) {
  const chat = useChat();
  return (
    <button
      type="button"
      class="ai-choice"
      aria-pressed={isActive}
      onClick={() => void chat.attempt(() => chat.say(bot, `personality ${name}`))}
    >
      <span>
        <strong>{name[0]!.toUpperCase() + name.slice(1)}</strong>
        <span class="quiet">{words}</span>
      </span>
      {isActive && <Icon name="check" />}
    </button>
  );
}

function Memory({ name, hasModel }: { name: string; hasModel: boolean }) {
  const { memory } = useChat().services.of(name);
  return (
    <section class="ai-part">
      <h3>Memory</h3>
      <p class="quiet" role="status">{memoryWords(memory, hasModel)}</p>
      {hasModel && (
        <div class="row">
          <SayButton name={name} text="memory">What do you remember?</SayButton>
          <SayButton name={name} text="reset">Forget this conversation</SayButton>
        </div>
      )}
    </section>
  );
}

function memoryWords(memory: MemoryFacts | undefined, hasModel: boolean): string {
  if (!hasModel) return "It keeps nothing of what you say, and takes each question for itself.";
  if (!memory) return "It remembers this conversation for a day after your last question.";
  const told = `Told ${momentWords(Date.parse(memory.toldAt))}`;
  if (memory.questions === 0) return `${told}: it remembers nothing of this conversation.`;
  const count = memory.questions === 1 ? "1 question" : `${memory.questions} questions`;
  const tokens = memory.tokens === undefined || memory.mostTokens === undefined
    ? ""
    : `, about ${memory.tokens} of ${memory.mostTokens} tokens`;
  const until = memory.until === undefined
    ? ""
    : ` It forgets them ${momentWords(Date.parse(memory.until))}.`;
  return `${told}: it remembers ${count} and the answers${tokens}.${until}`;
}

function Quota({ name }: { name: string }) {
  const { questionsLeft, askAgainAt } = useChat().services.of(name);
  if (questionsLeft === undefined) return null;
  const again = askAgainAt ? Date.parse(askAgainAt) : NaN;
  // Once one may ask again, how much there is now is not known.
  if (questionsLeft === 0 && !(again > Date.now())) return null;
  const words = questionsLeft > 0
    ? `${questionsLeft} left when it last answered.`
    : `None left. You can ask again ${momentWords(again)}.`;
  return (
    <section class="ai-part">
      <h3>Questions</h3>
      <p class="quiet">{words}</p>
    </section>
  );
}

/** Says one of the words that the service knows. */
function SayButton(
  { name, text, children }: { name: string; text: string; children: string },
) {
  const chat = useChat();
  return (
    <button
      type="button"
      class="button button-small"
      onClick={() => void chat.attempt(() => chat.say(name, text))}
    >
      {children}
    </button>
  );
}
