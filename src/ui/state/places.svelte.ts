import type { Playground } from './playground.svelte.js';

/** What a history entry holds beside its address: the run that was looked at. */
interface Place {
  readonly run?: string;
}

/** Browsers refuse more than a few address changes a second, and a dragged slider makes many; ms. */
const settle = 300;

/**
 * The browser's history of what was looked at: another lab, preset or run is a place of its own, to which Back and Forward
 * return; a turned knob only changes the address of the present one. Must be created while a component is.
 *
 * @param addressOf the query of what is looked at now
 */
export function keepPlaces(playground: Playground, addressOf: () => string): void {
  let here: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // By value: a run that trains changes all the time, and where one is does not.
  const query = $derived(addressOf());
  const run = $derived(playground.selected?.id);

  $effect(() => {
    const address = query;
    const name = [playground.setup.lab.id, playground.setup.preset?.id, run].join(' ');
    // Where one comes in is a place, however soon one goes on.
    here ??= name;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const place: Place = run === undefined ? {} : { run };
      if (name === here) history.replaceState(place, '', address);
      else history.pushState(place, '', address);
      here = name;
    }, settle);
    return () => clearTimeout(timer);
  });

  $effect(() => {
    const back = ({ state }: PopStateEvent): void => {
      clearTimeout(timer);
      const { run } = (state ?? {}) as Place;
      void playground.goTo(location.search, run).then(() => {
        here = [playground.setup.lab.id, playground.setup.preset?.id, playground.selected?.id].join(' ');
      });
    };
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  });
}
