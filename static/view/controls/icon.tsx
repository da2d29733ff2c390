/** Icons, drawn as strokes in the colour of the text around them. They say nothing to a screen reader. */

const PATHS = {
  arrow: "M4 12h15M13 6l6 6-6 6",
  alert: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7.5v5.5M12 16v.5",
  ask:
    "M12 3l1.9 5.1L19 10l-5.1 1.9L12 17l-1.9-5.1L5 10l5.1-1.9zM18.5 15.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8z",
  bell: "M6 16v-5a6 6 0 0112 0v5l1.5 2h-15zM10 21h4",
  bellOff: "M6 16v-5a6 6 0 011-3.3M9 5.8A6 6 0 0118 11v4M4.5 18H17M10 21h4M4 4l16 16",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M9 6l6 6-6 6",
  clock: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7.5V12l3 2",
  close: "M6 6l12 12M18 6L6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  door: "M14 4h4a1 1 0 011 1v14a1 1 0 01-1 1h-4M10 8l-4 4 4 4M6 12h9",
  inbox: "M4 13l2.5-8h11L20 13v6H4zM4 13h5l1 2.5h4l1-2.5h5",
  key: "M8 19a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM11.2 11.3L19 3.5M15.5 7l3 3",
  link: "M10 14a4 4 0 005.7 0l3-3a4 4 0 00-5.7-5.7l-1 1M14 10a4 4 0 00-5.7 0l-3 3A4 4 0 0011 18.7l1-1",
  menu: "M4 7h16M4 12h16M4 17h10",
  more: "M8 10l4-4 4 4M8 14l4 4 4-4",
  pen: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  people:
    "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 4.5a3.5 3.5 0 010 6.5M18 14.5a6.5 6.5 0 013.5 5.5",
  person: "M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20a7.5 7.5 0 0115 0",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 17a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM20 20l-4.8-4.8",
  send: "M5 12h14M13 6l6 6-6 6",
  sliders:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM9 19.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5z",
  smile: "M12 21a9 9 0 100-18 9 9 0 000 18zM8.5 14.5a4.2 4.2 0 007 0M9 9.5v.5M15 9.5v.5",
  stop: "M7 7h10v10H7z",
  thermometer: "M12 4a2 2 0 00-2 2v7.5a4 4 0 104 0V6a2 2 0 00-2-2zM12 10v6.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
