//! Public points of private values on the NIST curves (SEC 1, 3.2.1).

use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, SecretKey};

use super::asn1::trimmed;
use super::material::Curve;

/// The public point of a private value, uncompressed as SEC1 encodes it. `None` for curves that are
/// not computed here, and for a value that is zero or not below the order of the curve.
pub(super) fn public_point(curve: &Curve, private: &[u8]) -> Option<Vec<u8>> {
    match curve.name {
        "P-256" => point_on::<p256::NistP256>(curve, private),
        "P-384" => point_on::<p384::NistP384>(curve, private),
        "P-521" => point_on::<p521::NistP521>(curve, private),
        _ => None,
    }
}

/// Whether a point as found, compressed or not, is this uncompressed one.
pub(super) fn is_same_point(found: &[u8], uncompressed: &[u8]) -> bool {
    let Some((&form, x)) = found.split_first().filter(|(form, _)| matches!(form, 2 | 3)) else {
        return found == uncompressed;
    };
    let parity = uncompressed.last().map_or(0, |last| last & 1);
    form == 2 + parity
        && uncompressed.get(1..1 + x.len()) == Some(x)
        && uncompressed.len() == 1 + 2 * x.len()
}

fn point_on<C>(curve: &Curve, private: &[u8]) -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let private = trimmed(private);
    let mut padded = vec![0; curve.bits.div_ceil(8).checked_sub(private.len())?];
    padded.extend_from_slice(private);
    let key = SecretKey::<C>::from_slice(&padded).ok()?;
    Some(key.public_key().to_sec1_point(false).as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::super::material::CURVES;
    use super::*;

    /// The x coordinates of the generators (SEC 2, 2.4.2, 2.5.1 and 2.6.1): the points of one.
    const GENERATORS: [&str; 3] = [
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    ];

    #[test]
    fn the_point_of_one_is_the_generator() {
        for (curve, x) in CURVES.iter().zip(GENERATORS) {
            let x = HEXLOWER.decode(x.as_bytes()).expect("written in hexadecimal");
            let point = public_point(curve, &[0, 0, 1]).expect("one is a private value");
            assert_eq!((point[0], &point[1..=x.len()]), (4, &x[..]), "{}", curve.name);
            let parity = point[point.len() - 1] & 1;
            let compressed = [&[2 + parity], &x[..]].concat();
            assert!(is_same_point(&compressed, &point) && is_same_point(&point, &point));
            assert!(!is_same_point(&[&[3 - parity], &x[..]].concat(), &point));
            assert!(!is_same_point(&compressed[..8], &point) && !is_same_point(&[], &point));
        }
    }

    #[test]
    fn values_beyond_the_curve_have_no_point() {
        for curve in &CURVES {
            assert_eq!(public_point(curve, &[]), None);
            assert_eq!(public_point(curve, &[0; 66]), None);
            assert_eq!(public_point(curve, &[0xff; 66]), None);
            assert_eq!(public_point(curve, &[0xff; 200]), None);
        }
        assert_eq!(public_point(&CURVES[3], &[1]), None, "secp256k1 is not computed");
    }
}
