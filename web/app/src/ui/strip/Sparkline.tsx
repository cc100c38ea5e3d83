/** Events in each of the last sixty seconds, as a line. */

const WIDTH = 104;
const HEIGHT = 20;

export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const last = values.length - 1;
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 5);
  const points = values.map((value, index) => `${((index / Math.max(1, last)) * (WIDTH - 4)).toFixed(1)},${y(value).toFixed(1)}`);
  return (
    <svg className="spark" width={WIDTH} height={HEIGHT} role="img" aria-label={`Events a second over the last minute, ${most} at most`}>
      {points.length > 1 && (
        <>
          <polygon className="spark-fill" points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH - 4},${HEIGHT}`} />
          <polyline className="spark-line" points={points.join(" ")} />
          <circle className="spark-head" cx={WIDTH - 4} cy={y(values[last] ?? 0)} r={2.5} />
        </>
      )}
    </svg>
  );
}
