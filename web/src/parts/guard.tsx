// A fault in one panel stays in that panel.
import { Component, type ComponentChildren } from "preact";
import { Notice } from "./notice";

export class Guard extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Notice kind="error">
        This part of the page failed.{" "}
        <button type="button" class="link" onClick={() => this.setState({ failed: false })}>
          Show it again
        </button>
      </Notice>
    );
  }
}
