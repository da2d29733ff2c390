/** All that a room is read and written in without, as one file: many small ones compress worse. */

export { AccountDialogs } from "./dialogs/account_dialogs.tsx";
export { AiPanel } from "./services/ai_panel.tsx";
export { DeviceCard } from "./services/device_card.tsx";
export { MembersPanel } from "./dialogs/members_panel.tsx";
export { ObstacleView } from "./obstacle_view.tsx";
export { RoomsDialog } from "./dialogs/rooms_dialog.tsx";
export { SearchPanel } from "./dialogs/search_panel.tsx";
export { SettingsDialog } from "./dialogs/settings_dialog.tsx";
export { ShortcutsDialog } from "./dialogs/shortcuts_dialog.tsx";
export { Switcher } from "./dialogs/switcher.tsx";
