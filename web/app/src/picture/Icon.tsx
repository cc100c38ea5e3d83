/** The drawings that say what kind of step a card is. */
import {
  Bell, Box, CircleDot, CircleX, CreditCard, FileText, Globe, Heart, LayoutList, LogOut, type LucideIcon, MapPin, Megaphone, PackageCheck, Phone, Play, Search, ShoppingBasket, Split, Truck, Undo2, UserRound, Zap,
} from "lucide-react";
import type { IconName } from "./card/icon.ts";

const DRAWINGS: Record<IconName, LucideIcon> = {
  page: Globe, search: Search, list: LayoutList, product: Box, basket: ShoppingBasket, card: CreditCard, goal: PackageCheck, mail: Megaphone, heart: Heart, pin: MapPin, bolt: Zap,
  exit: LogOut, fail: CircleX, person: UserRound, phone: Phone, truck: Truck, undo: Undo2, split: Split, play: Play, bell: Bell, doc: FileText, step: CircleDot,
};

export function Icon({ name, size = 15 }: { name: IconName; size?: number }) {
  const Drawing = DRAWINGS[name];
  return <Drawing size={size} strokeWidth={1.6} aria-hidden className="dr-icon" />;
}
