// A button that lets one choose a picture from the device.
import { Icon } from "../parts/icon";

export function FileButton({ take, label }: { take: (file: Blob) => void; label: string }) {
  return (
    <label class="button plain file">
      <Icon name="picture" /> {label}
      <input
        type="file"
        accept="image/jpeg,image/png,image/webp"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) take(file);
        }}
      />
    </label>
  );
}
