//! The process that a server announces when a session is opened, which is what a cancel request names.
//!
//! A pooler announces a number of its own: the session's process, which `pg_backend_pid()` tells, may be another for
//! every transaction. The driver keeps the announced number to itself, so it is read from the request that the driver
//! would send, into a pipe instead of to the server.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// The code of a request for TLS, which comes first where the connection has it.
const TLS_REQUEST: i32 = 80_877_103;

/// The number that was announced.
pub(super) async fn pid(token: &CancelToken) -> Option<i32> {
    let (ours, mut theirs) = duplex(64);
    let send = token.cancel_query_raw(ours, Plain);
    let read = async {
        loop {
            let _length = theirs.read_i32().await.ok()?;
            if theirs.read_i32().await.ok()? != TLS_REQUEST {
                return theirs.read_i32().await.ok();
            }
            theirs.write_all(b"S").await.ok()?;
        }
    };
    let (_, pid) = tokio::join!(send, read);
    pid
}

/// What stands for TLS in the pipe.
struct Plain;

/// The pipe as it is.
struct Pipe(DuplexStream);

impl TlsConnect<DuplexStream> for Plain {
    type Stream = Pipe;
    type Error = io::Error;
    type Future = Ready<io::Result<Pipe>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(Pipe(stream)))
    }
}

impl TlsStream for Pipe {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Pipe {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
