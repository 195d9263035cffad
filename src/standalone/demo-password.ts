import { randomInt } from 'node:crypto'
import { Secret } from '../base/secret.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

// Neutral words that are easy to read out and to type; no word twice in a list.
const ADJECTIVES = words(`
    amber ample apt ashen autumn azure blue bold brave breezy bright brisk bronze brown calm candid
    careful cheerful chilly civil clear clever cloudy coastal cobalt cool copper coral cosy crimson
    crisp curious dapper deep dewy distant dry dusty eager early earnest easy even fair fancy fast fine
    firm fond fresh frosty gentle giant glad golden grand grassy green grey handy happy hardy hazel
    hearty honest humble icy ivory jade jolly keen kind large lasting late leafy level light lilac
    little lively loyal lucky lunar mellow merry mild misty modest mossy neat nimble noble olive open
    orange pale patient plain polar polite prompt proud quick quiet rapid ready rosy royal ruby rusty
    sandy sharp shiny silent silver smooth snowy solar spry steady sunny swift tall tidy tiny upbeat
    velvet violet warm wide wise young
`)
const ANIMALS = words(`
    alpaca antelope badger bat beagle bear beaver bee beetle bison bobcat buffalo bunny butterfly camel
    canary caribou carp cat chamois cheetah chipmunk cicada clam cod condor cougar coyote crab crane
    cricket crow curlew deer dingo dolphin donkey dove dragonfly duck eagle eel egret elk emu falcon
    ferret finch firefly flamingo fox frog gazelle gecko gibbon giraffe goat goose grouse gull hamster
    hare hawk hedgehog heron herring hippo horse hummingbird ibex ibis iguana impala jackal jaguar jay
    kestrel kiwi koala lark lemming lemur leopard lion lizard llama lobster lynx magpie mallard marmot
    marten mole moose moth mouse mule newt octopus okapi oriole osprey ostrich otter owl oyster panda
    parrot pelican penguin pheasant pigeon plover pony puffin quail rabbit raccoon raven robin salmon
    seal shrew sparrow stork swallow swan tapir tern tiger toad trout turtle walrus wombat wren yak
    zebra
`)
const PLANTS = words(`
    acorn alder almond aloe anise apple apricot ash aspen aster bamboo banana barley basil bay bean
    beech beet birch blackberry bluebell broccoli buckwheat cabbage cactus camellia caraway cardamom
    carrot cashew cedar celery chard cherry chestnut chicory chive clover coconut coriander cork cowslip
    cranberry cress crocus cucumber currant cypress daffodil dahlia daisy damson date dill elder elm
    fennel fern fig fir flax foxglove garlic ginger gooseberry gorse grape hazelnut heather hemlock
    hickory holly hop hyacinth iris ivy jasmine juniper kale larch laurel lavender leek lemon lentil
    lettuce lily lime linden lotus lupin mallow mango maple marigold marjoram melon millet mint moss
    mulberry mustard myrtle nectarine nettle nutmeg oak oat olive onion orchid oregano palm papaya
    parsley parsnip pea peach pear peony pepper pine plum poppy primrose pumpkin quince radish raspberry
    reed rice rose rosemary rye saffron sage sesame sorrel spinach spruce squash sunflower tansy thistle
    thyme tulip turnip vanilla vetch walnut willow yarrow yew
`)
const PLACES = words(`
    arch atoll attic bank barn basin bay beach bench boat bridge brook cabin canal canyon cape castle
    cave chapel city cliff cloud coast comet cove crater creek delta desert dock dome dune estuary farm
    fen field fjord ford forest fountain garden gate geyser glacier glade glen gorge grotto grove gulf
    harbour hatch haven heath hedge hill hollow house inlet island islet isthmus jetty kiln knoll lagoon
    lake lane lawn ledge lighthouse lodge loft marsh meadow mesa mill moon moor mountain orchard park
    pass pasture path peak pier plain planet plateau pond pool port prairie quarry quay rapids ravine
    reef ridge river road rock sea shore sky slope spring square stable star steppe strait stream street
    summit terrace thicket tower trail tundra tunnel valley village vineyard wall wharf wood yard
`)

const NUMBERS = 10_000

/** How many passwords there are: more than 2^40, all equally likely. */
export const DEMO_PASSWORDS = [ADJECTIVES, ANIMALS, PLANTS, PLACES].reduce(
  (all, { length }) => all * length,
  NUMBERS,
)

/** A password for the demo like `rusty-otter-4127-plum-brook`: to be read from one screen and typed on another. */
export function demoPassword(): Secret {
  const pick = (list: readonly string[]): string => list[randomInt(list.length)] ?? ''
  const number = String(randomInt(NUMBERS)).padStart(4, '0')
  return new Secret([pick(ADJECTIVES), pick(ANIMALS), number, pick(PLANTS), pick(PLACES)].join('-'))
}
