import type { Config } from '../parameters.js';
import type { Detector, Evidence, Finding, Severity, Watch } from './detector.js';

/** One detector on one replica. */
interface Post {
  readonly detector: Detector;
  readonly replica: number;
  watch: Watch;
  reached?: Severity;
}

/** Runs the detectors that apply over all replicas of a run. A finding once made stays. */
export class FindingWatcher {
  private readonly posts: readonly Post[];
  private readonly found = new Map<string, Finding>();

  constructor(
    detectors: readonly Detector[],
    private config: Config,
    replicas: number,
  ) {
    this.posts = detectors
      .filter((detector) => detector.applies(config))
      .flatMap((detector) =>
        Array.from({ length: replicas }, (_, replica) => ({ detector, replica, watch: detector.watch(config) })),
      );
  }

  /** In the order in which they were first made. */
  get findings(): readonly Finding[] {
    return [...this.found.values()];
  }

  /** Takes one row, in order, and returns the findings that it made, extended to a replica or raised to an alarm. */
  observe(step: number, read: (metric: string, replica: number) => number): readonly Finding[] {
    const touched = new Set<string>();
    for (const post of this.posts) {
      if (post.reached === 'alarm') continue;
      const evidence = post.watch(step, (metric) => read(metric, post.replica));
      if (!evidence) continue;
      const severity = evidence.severity ?? post.detector.severity;
      if (post.reached === severity) continue;
      this.note(post, step, severity, evidence);
      post.reached = severity;
      touched.add(post.detector.id);
    }
    return [...touched].map((id) => this.found.get(id)!);
  }

  /** Tells of a live change: detectors for which a changed knob gives numbers another meaning begin again. */
  change(config: Config): void {
    for (const post of this.posts) {
      if (post.detector.restartsOn?.some((key) => config[key] !== this.config[key])) {
        post.watch = post.detector.watch(config);
      }
    }
    this.config = config;
  }

  private note(post: Post, step: number, severity: Severity, evidence: Evidence): void {
    const { id } = post.detector;
    const known = this.found.get(id);
    if (!known) {
      this.found.set(id, { id, step, severity, evidence, replicas: [{ replica: post.replica, step }] });
      return;
    }
    const raised = known.severity === 'warning' && severity === 'alarm';
    this.found.set(id, {
      ...known,
      ...(raised ? { severity, evidence } : {}),
      replicas: post.reached ? known.replicas : [...known.replicas, { replica: post.replica, step }],
    });
  }
}
