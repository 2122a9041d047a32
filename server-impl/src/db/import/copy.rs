//! Copies the rows of one table from the source into a temporary table of the target.

use bytes::Bytes;
use futures_util::{SinkExt, TryStreamExt};
use std::pin::pin;
use tokio_postgres::Transaction;

use super::tables::Table;
use super::{ImportError, Progress};

/// The number of rows between two reports of progress.
const STEP: u64 = 1_000;

/// The columns of a table that store bytes.
const BYTES: &str = "select attname::text from pg_attribute
    where attrelid = to_regclass(quote_ident($1)) and atttypid = 'bytea'::regtype and not attisdropped";

/// Copies the rows of a table, as fast as the slower side allows.
pub(super) async fn gather(
    table: &Table,
    source: &Transaction<'_>,
    target: &Transaction<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), ImportError> {
    let rows: i64 = source.query_one(&table.count(), &[]).await.map_err(ImportError::Read)?.get(0);
    progress(Progress::Reading { table: table.name, rows: u64::try_from(rows).unwrap_or_default() });

    let bytes = source.query(BYTES, &[&table.name]).await.map_err(ImportError::Read)?;
    let bytes: Vec<String> = bytes.iter().map(|column| column.get(0)).collect();
    target.batch_execute(&table.stage()).await.map_err(ImportError::Write)?;
    let stream = source.copy_out(&table.copy_out(&bytes)).await.map_err(ImportError::Read)?;
    let sink = target.copy_in::<_, Bytes>(&table.copy_in()).await.map_err(ImportError::Write)?;
    let (mut stream, mut sink) = (pin!(stream), pin!(sink));
    let mut read = 0;
    // The database sends one message for each row.
    while let Some(row) = stream.try_next().await.map_err(ImportError::Read)? {
        sink.feed(row).await.map_err(ImportError::Write)?;
        read += 1;
        if read % STEP == 0 {
            progress(Progress::Read(read));
        }
    }
    let written = sink.finish().await.map_err(ImportError::Write)?;
    progress(Progress::Read(written));
    Ok(())
}
