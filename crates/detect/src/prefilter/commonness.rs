//! How often some bytes occur at a position of a text, as far as choosing between windows needs it.
//!
//! Letters alone mislead: `unct` looks rare by its letters and is half of a common word. So there are
//! two lists, measured on source code in a dozen languages, documentation and data, each in order of
//! how often its members occur. The frequencies are those of the curves that fit them.

use std::ops::RangeInclusive;

use super::context::Context;

/// Bytes in order of their frequency, upper case counted as lower; a space comes before them all.
const BYTES: &[u8] =
    b"etairsnol\ncdupmfh\tg._\",b(-)y:v/=wxk0;1{}*>2'`j<3#[]q4z6\r\\5$|87^9@+&!%?~";

/// Parts of identifiers, and words, in order of their frequency.
const WORDS: &str = "\
the return name this type for get string value new and file test with data node set not true \
int assert from class error null const function false that index path size import object \
default array case key use add list info map all text create public code else static you \
config options are version var length method has end context state com result module source \
out void can max any time only base user input org start count element target number token \
content http private field when read output table line param block write one should cache \
will ref request have option filter range exception self current call update first action \
url used mode format log next check types license other message include offset values buffer \
may attribute event property parent html bool link empty byte run dir copy https stream \
using see local language group last which boolean but bytes doc expected builder files \
system remove build instance reference debug char len must json label status page example \
equal model non command override query level prefix client header struct break root returns \
response let hash entry delete env num internal parameter long each def after find kind \
flags parameters invalid change required src title package body tag args min match err parse \
str names try where more access trace interface then description api same left process \
before argument directory make without project ptr template item inline while some right \
found handle column copyright val enum date does msg attributes manager search note stack \
open factory scope was contains valid top single control order your params point pos buf \
post tests select load errors into super defined iterator append host position old server \
service view bit span none extension init child than script bar handler arguments namespace \
need given memory enabled like address save enable uint space writer there core per store \
keys program reset impl configuration push res two port limit callback simple func session \
math allow raw integer put its common software properties symbol image insert information \
width here variable final part settings binary reader document show fields throw sys since \
expression literal meta also specified because www close full now metadata style clear \
compiler lock async switch main form elements sync define these following work missing arg \
connection constructor record active signature identifier global generic available support \
custom tree under disable pattern comment resource auto generate application sub utils opts \
binding instead attr unknown supported multiple skip container parser changes second \
location specific schema bits box runtime collection div slice generated float nodes \
abstract such move either unit merge cannot environment exists lib original library don \
headers color helper pass display flag fail total operation external been export storage \
pointer named primary ignore items deprecated setup member done lookup ret based release \
sort web app site xml dev pre opt task usage replace report continue functions render \
optional transform called section about documentation obj convert send frame help row free \
protected would join todo logger filename loop special entries timeout fmt whether thread \
channel changed already results modules unless cmd multi unique resolve exist created driver \
many media compare catch platform require sequence events register them back statement both \
through strings they typeof just tags extra once desc inner author docs commit always alias \
added encoding syntax want ext component zero database stop cases off warning paths objects \
conditions random compile contents failed operator engine clone remote sql normal equals \
actual previous parts layout asm down extends references policy bin util descriptor cfg \
between double drop net idx temp could otherwise provided tmp possible fix mark split shared \
print strict apply proxy head ensure definition prev wait bind messages nested existing \
foreign uri safe disabled initial proto diff expect permissions generator exit another force \
macro family different details allowed category bad lower addr resolution doesn methods \
timestamp running edit git promise pair via queue setting fragment history what pool lines \
declaration provider validate needs rule character basic variables req feature background \
except spec children uses mapping fill install above fixed endpoint within height pages \
transaction registry backend high undefined cast shift users wrapper verify gen interval \
step device sets secret needed prototype too visit take requires even less css auth \
condition mask inside way calls dependencies native testing authors accept over constraint \
mutable warn hello relative extensions actions throws unused password mod resources domain \
ctx sure seq socket dynamic being unsafe writing additional returned console align general \
await cpu including href low bound blocks windows region unsigned present short owner \
written entity containing standard echo classes wrap stats button suffix most their big how \
payload font points constraints selector tools known means filters window exp keep trigger \
email structure validation redirect txt etc partial during pending summary security maximum \
word atomic removed dependency side modify signal comments ids account upload priority upper \
might matches associated until depth clause processing protocol plugin success passed con \
std exec adapter clock cached specify sample avoid supports execute components extern \
queries rest virtual subject person flush defaults union decode prop readonly still reason \
revision begin includes yield never below chunk elem annotation rate creates listener \
dispatch configure currently reserved typed own counter our contain stable legacy sign \
groups small blob later behavior yes mem were every conf updated operations flow editor \
direct rights links keyword fetch works permission destroy dom saved regex features notice \
tokens complete chars deleted tool performance";

/// Bytes of the longest run that is told from its letters, and of the shortest.
const PARTS: RangeInclusive<usize> = 3..=5;

/// Slots of the table of parts; one in six is used.
const SLOTS: usize = 1 << 15;

/// Frequencies of short runs of bytes.
#[derive(Debug)]
pub(super) struct Commonness {
    bytes: [f32; 256],
    /// Runs that are parts of words: a name for each, and how often it occurs, in [`UNIT`]s. Of those
    /// that belong into the same slot, the commonest has it.
    parts: Vec<(u16, u16)>,
}

/// A ten-millionth of all positions.
const UNIT: f32 = 1e-7;

impl Commonness {
    /// Makes the tables from the lists.
    pub(super) fn new() -> Self {
        let mut bytes = [0.0004; 256];
        bytes[usize::from(b' ')] = 0.18;
        let mut share = 0.055;
        for byte in BYTES {
            bytes[usize::from(*byte)] = share;
            share *= 0.935;
        }
        // In contexts it stands for what is not known.
        bytes[0] = 1.0;
        let mut parts = vec![(0_u16, 0_u16); SLOTS];
        for (rank, word) in (0_u32..).zip(WORDS.split_ascii_whitespace()) {
            // A share of 0.012 / (rank + 14).
            let units = (120_000 / (rank + 14)) as u16;
            for length in PARTS {
                for part in word.as_bytes().windows(length) {
                    let (slot, name) = slot_and_name(number(part));
                    let (there, sum) = &mut parts[slot];
                    if *sum == 0 || *there == name {
                        (*there, *sum) = (name, sum.saturating_add(units));
                    }
                }
            }
        }
        Self { bytes, parts }
    }

    /// The share of positions at which the bytes of a window stand, and the share of those at which
    /// they stand together with the bytes before and after it.
    pub(super) fn of(&self, context: Context) -> (f32, f32) {
        let byte = |at: usize| self.bytes[(context.bytes >> (8 * at)) as usize & 0xff];
        let window = byte(2) * byte(3) * byte(4);
        (
            self.share(context.bytes >> 16 & 0x00ff_ffff, window),
            self.share(context.bytes >> 8 & 0x00ff_ffff_ffff, byte(1) * window * byte(5)),
        )
    }

    /// The share of positions at which a run stands, from its number and what its bytes say.
    fn share(&self, number: u64, by_bytes: f32) -> f32 {
        let (slot, name) = slot_and_name(number);
        let (there, sum) = self.parts[slot];
        let units = if there == name { sum } else { 0 };
        by_bytes.max(f32::from(units) * UNIT)
    }
}

/// Where in the table a run belongs, and what it is called there. Zeros before the run do not count.
fn slot_and_name(number: u64) -> (usize, u16) {
    let number = number >> (number.trailing_zeros() & 0b11_1000);
    // Fibonacci hashing: the high bits of a product with 2^64 / golden ratio.
    let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((hash >> (64 - SLOTS.ilog2())) as usize, (hash >> 32) as u16)
}

/// The bytes of a run, the first as the lowest.
fn number(run: &[u8]) -> u64 {
    run.iter().rfold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::context::Spelling;
    use super::*;

    fn of(five_bytes: &[u8]) -> (f32, f32) {
        let spelling = Spelling::new(five_bytes);
        let (_, context) = spelling.windows(1).next().expect("the one in the middle");
        Commonness::new().of(context)
    }

    #[test]
    fn parts_of_words_are_commoner_than_their_letters_say() {
        assert!(of(b"retur").1 > 10.0 * of(b"rruet").1);
        assert!(of(b"_the_").0 > of(b"_jwt_").0);
        assert!(of(b"api_k").1 < of(b"api_k").0);
        assert!(of(b"a0q~a").0 < 1e-5);
    }

    #[test]
    fn lists_name_nothing_twice() {
        let words: std::collections::BTreeSet<&str> = WORDS.split_ascii_whitespace().collect();
        assert_eq!(words.len(), WORDS.split_ascii_whitespace().count());
        let bytes: std::collections::BTreeSet<u8> = BYTES.iter().copied().collect();
        assert_eq!(bytes.len(), BYTES.len());
    }
}
