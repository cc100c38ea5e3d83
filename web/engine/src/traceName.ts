/** Names that are easy to remember for traces: two words, derived from the token alone. */
import { fnv1a } from "./hash.ts";

/** 256 each. Every name depends on their order: a change renames every trace. */
const ADJECTIVES =
  "able agile airy alert amber ample apt arctic ardent aware azure balmy basic blithe blue bold " +
  "bonny bouncy brave breezy bright brisk broad bubbly busy calm candid casual cheery chilly " +
  "choral civic civil clean clear clever close cloudy comfy cool coral cosmic cosy crisp cubic " +
  "curly curvy daily dainty dapper daring deep deft dewy direct dreamy dual dusty eager early " +
  "earthy easy elated epic equal even exact expert fabled fair famous fancy fast feisty fine firm " +
  "first fizzy fleet flint floral fluent fluffy fond frank free fresh frosty full funny fuzzy " +
  "game genial gentle gifted gilded glad glassy global glossy golden good grand grassy great " +
  "green handy happy hardy hazel hazy hearty hidden high hollow homely honest humble icy ideal " +
  "indigo inky ivory jade jaunty jolly jovial joyful keen key kind large lavish leafy level light " +
  "lilac lively local lofty long loud loyal lucid lucky lunar magic main major mellow merry " +
  "mighty mild mint misty mobile modern modest mossy narrow neat new nifty nimble noble normal " +
  "novel oaken open orange outer pastel peachy pearly placid plain plucky plush poetic polar " +
  "polite prime proper proud pure purple quick quiet rapid rare ready regal rich ripe robust rosy " +
  "round royal ruby rustic sandy scenic secure serene shady sharp shiny silent silky silver " +
  "simple sleek slow smart smooth snappy snowy snug social soft solar solid sonic spare speedy " +
  "spicy spry square stable starry steady still stormy strong sturdy subtle sunny super sure " +
  "swift tall tasty teal tender tidy timely tiny topaz trim true trusty upbeat urban valid vast " +
  "velvet";

const NOUNS =
  "acorn agate alder almond alpaca anchor antler anvil apple arch arrow aspen atlas aurora badger " +
  "bamboo banjo barley barn basil basin beacon beaver beech bell berry birch bison boat bobcat " +
  "bongo brass breeze bridge brook bubble bucket burrow button cabin cactus camel canal canary " +
  "candle canoe canyon carrot castle cedar cello chalk cherry chime cicada cirrus clam cliff " +
  "cloud clover cobalt cocoa comet condor copper corgi cosmos cotton cougar coyote crane crater " +
  "creek crocus crow curlew cymbal daisy dahlia dawn deer delta desert dingo dome dove dragon " +
  "drum dune eagle echo eider elk elm ember emu engine falcon fern ferret ferry fiddle field " +
  "finch fjord flame flute forest fossil fox galaxy garden garnet gecko geyser ginger globe gong " +
  "goose gorge grape grove guitar gull hamlet hammer harbor harp hawk hedge heron hill holly " +
  "honey hornet horse ibex ibis iris island ivy jackal jaguar jay jigsaw kayak kernel kettle kite " +
  "kiwi koala ladder lagoon lake larch lark laurel lava leaf lemon lemur lentil lichen lily lime " +
  "linnet lion lizard llama locket lotus lynx magnet magpie maple marble marlin marmot marsh " +
  "martin meadow melon meteor mill mirror mitten moose moss moth motor mosaic nebula nectar newt " +
  "nutmeg oak oasis oat ocean ocelot olive onyx opal orca orchid osprey otter owl oyster paddle " +
  "palm panda pansy papaya parrot peach pearl pebble pecan pepper perch petal piano pigeon pine " +
  "planet plover plum pollen pond poplar poppy prism puffin puma quail quarry quartz quill rabbit " +
  "radish raft rain raven reed reef ribbon ridge river robin rocket rose saddle sage sail salmon";

const FIRST = ADJECTIVES.split(" ");
const SECOND = NOUNS.split(" ");

/** The name of a token, such as "calm otter": the same in every browser and every language. One of
 * 65,536, so two tokens may share it; "" for "".
 */
export function traceName(token: string): string {
  if (token === "") return "";
  const hash = fnv1a(token);
  const folded = hash ^ (hash >>> 16);
  return `${FIRST[(folded >>> 8) & 0xff] ?? ""} ${SECOND[folded & 0xff] ?? ""}`;
}
