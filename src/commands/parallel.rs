//! Work on many items on all cores, with the results in their order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// How many results may wait for an earlier one.
const WINDOW: usize = 64;

/// Calls `work` for each item, on all cores, and `take` for each result, in the order of the items, on this thread. The first error of
/// `take` ends it.
pub(super) fn in_order<T: Sync, R: Send, E>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads <= 1 {
        return items.iter().try_for_each(|item| take(work(item)));
    }
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (taken, is_taken) = (Mutex::new(0_usize), Condvar::new());
    let (sender, results) = channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            let (next, stopped, taken, is_taken, work) = (&next, &stopped, &taken, &is_taken, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let count = taken.lock().unwrap_or_else(PoisonError::into_inner);
                    let is_early = |count: &mut usize| index >= *count + WINDOW && !stopped.load(Ordering::Relaxed);
                    drop(is_taken.wait_while(count, is_early).unwrap_or_else(PoisonError::into_inner));
                    if stopped.load(Ordering::Relaxed) || sender.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut wanted = 0;
        while let Ok((index, result)) = results.recv() {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&wanted) {
                wanted += 1;
                let outcome = take(result);
                let mut count = taken.lock().unwrap_or_else(PoisonError::into_inner);
                *count = wanted;
                if outcome.is_err() {
                    stopped.store(true, Ordering::Relaxed);
                }
                is_taken.notify_all();
                outcome?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_an_error_ends_the_work() {
        let items: Vec<usize> = (0..1000).collect();
        let mut taken = Vec::new();
        let done: Result<(), usize> = in_order(
            &items,
            |item| {
                if item % 100 == 0 {
                    thread::sleep(std::time::Duration::from_millis(2));
                }
                item * 2
            },
            |result| {
                taken.push(result);
                Ok(())
            },
        );
        assert_eq!(done, Ok(()));
        assert_eq!(taken, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(in_order(&items, |item| *item, |item| if item == 7 { Err(item) } else { Ok(()) }), Err(7));
        assert_eq!(in_order(&[] as &[usize], |item| *item, Err), Ok(()));
    }
}
