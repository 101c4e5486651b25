// The camera of the device, in the page; where it cannot be had, why, and another way.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icon";
import { Notice } from "../parts/notice";
import { FileButton } from "./file-button";

interface CameraProps {
  take: (photo: Blob) => void;
  close: () => void;
}

export function Camera({ take, close }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState("");
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let gone = false;
    openCamera().then(
      (opened) => {
        stream = opened;
        if (gone) stop(stream);
        else if (video.current) video.current.srcObject = opened;
      },
      (error: unknown) => setFault(reasonOf(error)),
    );
    return () => {
      gone = true;
      if (stream) stop(stream);
    };
  }, []);

  const shoot = () => {
    const from = video.current;
    if (!from) return;
    const canvas = document.createElement("canvas");
    canvas.width = from.videoWidth;
    canvas.height = from.videoHeight;
    canvas.getContext("2d")?.drawImage(from, 0, 0);
    canvas.toBlob((photo) => photo && take(photo), "image/jpeg", 0.92);
  };

  if (fault) {
    return (
      <>
        <Notice kind="warning">{fault}</Notice>
        <div class="buttons">
          <label class="button file">
            <Icon name="camera" /> Use the camera app
            <input
              type="file"
              accept="image/*"
              capture="environment"
              onChange={(event) => {
                const file = event.currentTarget.files?.[0];
                if (file) take(file);
              }}
            />
          </label>
          <FileButton take={take} label="Choose a picture" />
          <button type="button" class="button plain" onClick={close}>
            Back
          </button>
        </div>
      </>
    );
  }
  return (
    <div class="camera">
      <video
        ref={video}
        autoplay
        muted
        playsInline
        aria-label="What the camera sees"
        onLoadedMetadata={() => setReady(true)}
      />
      <div class="buttons">
        <button type="button" class="button" disabled={!ready} onClick={shoot}>
          <Icon name="camera" /> {ready ? "Take the photo" : "The camera wakes …"}
        </button>
        <button type="button" class="button plain" onClick={close}>
          Cancel
        </button>
      </div>
    </div>
  );
}

async function openCamera(): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices?.getUserMedia) throw new DOMException("", "SecurityError");
  return devices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } },
  });
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") {
    return "The camera is not allowed for this page. Allow it in the browser's settings, or choose a picture.";
  }
  if (name === "NotFoundError" || name === "OverconstrainedError") {
    return "There is no camera on this device. Choose a picture instead.";
  }
  if (name === "SecurityError") {
    return "Browsers open the camera for https or this very device only. Use the camera app, or choose a picture.";
  }
  return "The camera could not be opened: another program may use it. Choose a picture instead.";
}
