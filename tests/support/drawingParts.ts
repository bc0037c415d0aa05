// Pure parts of the drawing that the door does not show, for tests that ask about one of them alone.
export * from '../../components/charts/colour.ts';
export * from '../../components/charts/scaleEnd.ts';
export * from '../../components/charts/timeScale.ts';
export * from '../../components/text/index.ts';
export * from '../../components/text/marks.ts';
export * from '../../components/text/number.ts';
export * from '../../components/views/flowHistory.ts';
export * from '../../components/views/networkEdges.ts';
export * from '../../components/views/networkHeaders.ts';
export * from '../../components/views/networkLayout.ts';
export * from '../../components/views/nextUnit.ts';
export * from '../../components/views/resampleFlow.ts';
export * from '../../components/views/spacedRows.ts';
export * from '../../components/views/strengthDots.ts';
export * from '../../components/views/timeSeries.ts';
export * from '../../components/views/topChannels.ts';
