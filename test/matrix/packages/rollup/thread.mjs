import 'bp4/worker/thread';
