//! Medians and spreads of a few rounds.

/// The figures of several rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// The middle figure, or half-way between the two middle ones.
    pub(crate) median: f64,
    /// The lowest.
    pub(crate) low: f64,
    /// The highest.
    pub(crate) high: f64,
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", number(self.low), number(self.high))
    }
}

/// The spread of some rounds; none without rounds.
pub(crate) fn spread(rounds: &[f64]) -> Option<Spread> {
    let sorted = sorted(rounds);
    Some(Spread { median: median_of_sorted(&sorted)?, low: *sorted.first()?, high: *sorted.last()? })
}

/// Each round divided by the same round of the baseline: what disturbs the machine disturbs both.
pub(crate) fn ratios(rounds: &[f64], baseline: &[f64]) -> Vec<f64> {
    rounds.iter().zip(baseline).map(|(one, other)| one / other).collect()
}

/// The quantile by nearest rank; none without values.
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let sorted = sorted(values);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank among some thousands; casts saturate"
    )]
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).or(sorted.last()).copied()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*sorted.get(sorted.len() / 2 - 1)?, upper))
}

/// A figure with three significant digits or all of its whole ones, and commas between thousands.
pub(crate) fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let plain = format!("{value:.digits$}");
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let (sign, whole) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_odd_number_of_rounds_is_the_middle_one() {
        assert_eq!(spread(&[9.0, 1.0, 5.0]), Some(Spread { median: 5.0, low: 1.0, high: 9.0 }));
    }

    #[test]
    fn the_median_of_an_even_number_of_rounds_is_half_way_between_the_middle_ones() {
        assert_eq!(spread(&[1.0, 2.0, 4.0, 100.0]), Some(Spread { median: 3.0, low: 1.0, high: 100.0 }));
    }

    #[test]
    fn no_rounds_have_no_spread() {
        assert_eq!(spread(&[]), None);
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn each_round_is_compared_with_the_same_round_of_the_baseline() {
        // The machine was half as fast in the second round, which does not change the ratio.
        assert_eq!(ratios(&[90.0, 45.0], &[100.0, 50.0]), [0.9, 0.9]);
    }

    #[test]
    fn of_a_hundred_values_the_99th_is_the_p99() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(&values, 0.99), Some(99.0));
        assert_eq!(quantile(&values, 0.5), Some(50.0));
        assert_eq!(quantile(&values, 0.0), Some(1.0));
        assert_eq!(quantile(&values, 1.0), Some(100.0));
    }

    #[test]
    fn figures_have_significant_digits_and_commas() {
        let texts = [1_234_567.8, 100.4, 99.94, 9.876, 0.5, 0.0, -1234.0].map(number);

        assert_eq!(texts, ["1,234,568", "100", "99.9", "9.88", "0.50", "0", "-1,234"]);
    }
}
