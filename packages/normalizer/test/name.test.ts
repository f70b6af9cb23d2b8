import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { fieldOf } from "./support.ts"

/** Sources: Lingua-NameUtils, t/02_nameutils.t; tenderlove/namecase; derek73/python-nameparser. */
const lingua = "Lingua-NameUtils"
const namecase = "tenderlove/namecase"
const nameparser = "derek73/python-nameparser"
const german = "Duden, Familiennamen; DIN 5007"

describe("a name in capitals", () => {
  it.each<[country: string, written: string, name: string, source: string]>([
    ["DE", "PETER AUF DER HEIDE", "Peter auf der Heide", german],
    ["DE", "MEYER AUF DER HEIDE", "Meyer auf der Heide", german],
    ["DE", "ANNA AN DER BRÜGGE", "Anna an der Brügge", german],
    ["DE", "EVA IN DER SMITTEN", "Eva in der Smitten", german],
    ["DE", "KARL UNTER DER LINDEN", "Karl unter der Linden", german],
    ["DE", "HANS AUS DEM BRUCH", "Hans aus dem Bruch", german],
    ["DE", "IDA VOR DEM ESCHE", "Ida vor dem Esche", german],
    ["DE", "MAX ÜBER DEN DÄCHERN", "Max über den Dächern", german],
    ["DE", "MAX UEBER DEM BERGE", "Max ueber dem Berge", german],
    ["DE", "HEINRICH BEI DER WIEDEN", "Heinrich bei der Wieden", german],
    ["DE", "KARL HINTER DEM HOFE", "Karl hinter dem Hofe", german],
    ["NL", "KEES ACHTER DE MOLEN", "Kees achter de Molen", "a Dutch name"],
    ["DE", "BEI LING", "Bei Ling", "a Chinese name: no article follows"],
    ["DE", "HANS ZUM BERGE", "Hans zum Berge", german],
    ["DE", "BENNO ZUR MÜHLEN", "Benno zur Mühlen", german],
    ["DE", "HANS AM ENDE", "Hans am Ende", german],
    ["DE", "auf der heide", "Auf der Heide", "the first word may be a given name"],
    ["DE", "VON DER SCHULENBURG", "von der Schulenburg", lingua],
    ["DE", "ALOIS VON UND ZU LIECHTENSTEIN", "Alois von und zu Liechtenstein", lingua],
    ["DE", "LEYEN, URSULA VON DER", "Leyen, Ursula von der", german],
    ["DE", "SCHMIDT-VON DER HEIDE", "Schmidt-von der Heide", german],
    ["DE", "JEAN-DE-DIEU", "Jean-de-Dieu", "a French given name"],
    ["DE", "MÜLLER-DER", "Müller-Der", "a particle needs a name after it"],
    ["DE", "NGUYEN AN BINH", "Nguyen An Binh", "a Vietnamese name: no article follows"],
    ["DE", "TRAN, VAN MAN", "Tran, Van Man", namecase],
    ["DE", "MORRISON, VAN", "Morrison, Van", namecase],
    ["DE", "VAN NGUYEN", "Van Nguyen", nameparser],
    ["DE", "ANH DO", "Anh Do", "derek73/python-nameparser#407"],
    ["DE", "JOAO DA SILVA DO AMARAL DE SOUZA", "Joao da Silva do Amaral de Souza", nameparser],
    ["DE", "PABLO RUIZ Y PICASSO", "Pablo Ruiz y Picasso", lingua],
    ["DE", "JACOBUS VAN 'T HOFF", "Jacobus van 't Hoff", lingua],
    ["DE", "JAN VAN HET HORST", "Jan van het Horst", lingua],
    ["DE", "PIET VAN VOORST TOT VOORST", "Piet van Voorst tot Voorst", lingua],
    ["DE", "ROEL IN 'T VELD", "Roel in 't Veld", "a Dutch name"],
    ["DE", "MACHADO", "Machado", namecase],
    ["DE", "RONALD MCDONALD", "Ronald McDonald", nameparser],
    ["NL", "IJSBRAND WIJNANDS", "IJsbrand Wijnands", "Dutch orthography: IJ is one letter"],
    ["NL", "ijsbrand van rijn", "IJsbrand van Rijn", "Dutch orthography"],
    ["NL", "ANNA-IJDA", "Anna-IJda", "Dutch orthography"],
    ["NL", "JAN VAN IJZENDOORN", "Jan van IJzendoorn", "Dutch orthography"],
    ["DE", "IJSBRAND", "Ijsbrand", "outside the Netherlands two letters"],
    ["DE", "IJAZ AHMED", "Ijaz Ahmed", "a Pakistani name"],
  ])("in %s, %j, becomes %s (%s)", (default_country, written, name) => {
    assert.deepStrictEqual(fieldOf("name", { default_country })(written), [name, true])
  })

  it.each([
    ["van der Berg", "geoffhumphrey/brewcompetitiononlineentry#1723"],
    ["Gerhard von Rad", "dcpurton/biblatex-sbl#53"],
    ["François Du Bois", "dcpurton/biblatex-sbl#53"],
    ["Peter Auf der Heide", "the bearer decides"],
    ["Shirley Maclaine", nameparser],
    ["Ijsbrand", "typed so"],
  ])("is no name in both cases: %j stays (%s)", (name) => {
    assert.deepStrictEqual(fieldOf("name", { default_country: "NL" })(name), [name, true])
  })

  const Words = Schema.Literals(
    "AUF an IN DER dem VON zu ZUM van 'T het y IJ ij IJSBRAND Do do, III iii ANNA-VON von-der (geb. ß É e\u0301 O'BRIEN mc".split(
      " ",
    ),
  )
  const Name = Arbitrary.array(Arbitrary.schema(Words), { maxLength: 6 }).pipe(
    Arbitrary.map((words) => words.join(" ")),
  )

  it.prop(
    "has one form",
    [Name, Schema.Literals(["DE", "NL"])],
    ([written, default_country]) => {
      const name = fieldOf("name", { default_country })
      assert.deepStrictEqual(name(name(written)[0] ?? null), name(written))
    },
    { arbitrary: { runs: 1500 } },
  )
})
