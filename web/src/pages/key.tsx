// A shop that is served to a network asks for a key first.
import { useState } from "preact/hooks";
import { keyNeeded, shopKey } from "../api/call";
import { facets } from "../api/shop";
import { asTrouble, forgetAnswers } from "../state/answers";
import { Notice } from "../parts/notice";

export function KeyForm() {
  const [fault, setFault] = useState("");
  const submit = async (form: HTMLFormElement) => {
    shopKey.set(String(new FormData(form).get("key")).trim());
    try {
      await facets();
      forgetAnswers();
      keyNeeded.set(false);
    } catch (error) {
      const { message, remedy } = asTrouble(error);
      shopKey.set("");
      setFault(`${message} ${remedy}`);
    }
  };
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <h1>This shop asks for a key</h1>
      <p>Whoever runs it gives you one. It is kept on this device.</p>
      <label class="field">
        Key
        <input name="key" type="password" autocomplete="current-password" required />
      </label>
      {fault && <Notice kind="error">{fault}</Notice>}
      <button class="button" type="submit">
        Enter
      </button>
    </form>
  );
}
