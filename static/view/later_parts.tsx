/** The parts of the page that come after the room. */

import { isPhone } from "../state/screen.ts";
import { later } from "./later.tsx";
import { SwitcherAhead } from "./dialogs/switcher_ahead.tsx";

const load = () => import("./parts.ts");

export const AccountDialogs = later(async () => (await load()).AccountDialogs);
export const AiPanel = later(async () => (await load()).AiPanel, PanelPlace);
export const DeviceCard = later(async () => (await load()).DeviceCard);
export const MembersPanel = later(async () => (await load()).MembersPanel);
export const ObstacleView = later(async () => (await load()).ObstacleView);
export const RoomsDialog = later(async () => (await load()).RoomsDialog);
export const SearchPanel = later(async () => (await load()).SearchPanel);
export const SettingsDialog = later(async () => (await load()).SettingsDialog);
export const ShortcutsDialog = later(async () => (await load()).ShortcutsDialog);
export const Switcher = later(async () => (await load()).Switcher, SwitcherAhead);

/** Of what is open with its conversation: what stands beside it would move. */
function PanelPlace() {
  return isPhone.value ? null : <div class="panel ai-panel" />;
}

/** From then on they open at once. */
export function prepareParts(): void {
  for (const part of PARTS) part.prepare();
}

const PARTS = [
  AccountDialogs,
  AiPanel,
  DeviceCard,
  MembersPanel,
  ObstacleView,
  RoomsDialog,
  SearchPanel,
  SettingsDialog,
  ShortcutsDialog,
  Switcher,
];
