/** What the address asks for and cannot be shown: why, and what can be done instead. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Place } from "../state/finding/address.ts";
import type { Obstacle } from "../state/finding/navigation.ts";
import { words } from "../state/words.ts";
import { useChat } from "./chat_context.ts";

interface ObstacleProps {
  obstacle: Obstacle;
  onRooms: () => void;
  onMenu: () => void;
}

export function ObstacleView({ obstacle, onRooms, onMenu }: ObstacleProps) {
  const chat = useChat();
  const back = chat.conversations.current.value?.name;
  return (
    <div class="empty">
      <Reason obstacle={obstacle} />
      <div class="row">
        {back !== undefined && (
          <button type="button" class="button" onClick={() => chat.open(back)}>
            Back to <bdi>{back}</bdi>
          </button>
        )}
        <button type="button" class="button" onClick={onRooms}>Browse rooms</button>
        <button type="button" class="button only-narrow" onClick={onMenu}>Conversations</button>
      </div>
    </div>
  );
}

function Reason({ obstacle }: { obstacle: Obstacle }) {
  const chat = useChat();
  switch (obstacle.kind) {
    case "not_a_member":
      return (
        <>
          <Title>
            You are not in <bdi>{obstacle.place.name}</bdi>
          </Title>
          <p>
            {obstacle.place.seq === undefined ? "This link leads" : "The message of this link is"}{" "}
            there. Join to read it.
          </p>
          <JoinButton place={obstacle.place}>Join</JoinButton>
        </>
      );
    case "no_such_room":
      return (
        <>
          <Title>
            There is no room <bdi>{obstacle.place.name}</bdi>
          </Title>
          <p>Perhaps it is spelled otherwise. You can also make it.</p>
          <JoinButton place={{ name: obstacle.place.name }}>Create</JoinButton>
        </>
      );
    case "nowhere":
      return (
        <>
          <Title>This link leads nowhere</Title>
          <p>No room, person or message can have this address.</p>
        </>
      );
    case "failed":
      return (
        <>
          <Title>
            Could not open <bdi>{obstacle.place.name}</bdi>
          </Title>
          <p role="alert">{obstacle.problem}</p>
          <button
            type="button"
            class="button button-primary"
            onClick={() => void chat.navigation.go(obstacle.place)}
          >
            Try again
          </button>
        </>
      );
  }
}

/** Takes the focus: what was asked for is not where it would be. */
function Title({ children }: { children: ComponentChildren }) {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  return <h1 ref={title} tabIndex={-1}>{children}</h1>;
}

function JoinButton({ place, children }: { place: Place; children: string }) {
  const { navigation } = useChat();
  const problem = useSignal("");
  const join = async () => {
    problem.value = "";
    try {
      await navigation.joinAndGo(place);
    } catch (error) {
      problem.value = words(error);
    }
  };
  return (
    <>
      <button type="button" class="button button-primary" onClick={() => void join()}>
        {children} <bdi>{place.name}</bdi>
      </button>
      {problem.value !== "" && <p class="problem" role="alert">{problem.value}</p>}
    </>
  );
}
