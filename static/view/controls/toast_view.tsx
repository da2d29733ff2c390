/** Where toasts show. The region is always there, so that a screen reader hears what comes into it. */

import { toast } from "../../state/toast.ts";

export function ToastView() {
  const shown = toast.value;
  return (
    <div class="toasts" role="status">
      {shown && <p class="toast" key={shown.number}>{shown.words}</p>}
    </div>
  );
}
