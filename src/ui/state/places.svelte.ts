import type { Playground } from './playground.svelte.js';

/** What a history entry holds beside its address: the run that was looked at. */
interface Place {
  readonly run?: string;
}

/** Browsers refuse more than a few address changes a second, and a dragged slider makes many; ms. */
const settle = 300;

/**
 * The browser's history of what was looked at: another lab, preset or run is a place of its own, to which Back and Forward
 * return, and so are own settings that were set aside; a turned knob only changes the address of the present one. Must be
 * created while a component is.
 *
 * @param addressOf the query of what is looked at now
 */
export function keepPlaces(playground: Playground, addressOf: () => string): void {
  let here: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** An address of the present place that it is still to get. */
  let due: string | undefined;

  // By value: a run that trains changes all the time, and where one is does not.
  const query = $derived(addressOf());
  const run = $derived(playground.selected?.id);
  const name = $derived([playground.setup.lab.id, playground.setup.preset?.id, run, playground.setup.aside.times].join(' '));

  $effect(() => {
    const address = query;
    const place: Place = run === undefined ? {} : { run };
    const next = name;
    // Where one comes in is a place, however soon one goes on.
    here ??= next;
    clearTimeout(timer);
    if (next === here) due = address;
    else if (due !== undefined) {
      // What was turned just before it was left is to be there on the way back.
      history.replaceState(history.state, '', due);
      due = undefined;
    }
    timer = setTimeout(() => {
      if (next === here) history.replaceState(place, '', address);
      else history.pushState(place, '', address);
      here = next;
      due = undefined;
    }, settle);
    return () => clearTimeout(timer);
  });

  $effect(() => {
    const back = ({ state }: PopStateEvent): void => {
      clearTimeout(timer);
      due = undefined;
      const { run } = (state ?? {}) as Place;
      void playground.goTo(location.search, run).then(() => {
        here = name;
      });
    };
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  });
}
