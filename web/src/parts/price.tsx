import { prices, priceText } from "../state/prices";
import { useStore } from "../state/store";

/** What an item costs, as this shop writes it. */
export function Price({ price, unknown = "" }: { price: number | null; unknown?: string }) {
  const how = useStore(prices);
  return <>{price === null ? unknown : priceText(price, how)}</>;
}
